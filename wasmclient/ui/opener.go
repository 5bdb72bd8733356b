package ui

// openers are texts to begin a chat with.
var openers = [...]struct{ en, ja string }{
	{"Hi! How is your day going?", "こんにちは!今日はどんな一日ですか?"},
	{"What made you smile today?", "今日、うれしかったことはありますか?"},
	{"What are you looking forward to?", "いま楽しみにしていることは何ですか?"},
	{"What song have you played too often?", "最近くり返し聴いている曲はありますか?"},
	{"What should everybody have tasted once?", "一度は食べてほしいものといえば?"},
	{"Where would you go tomorrow if you could?", "明日どこへでも行けるなら、どこへ行きますか?"},
	{"What can you explain better than most?", "人よりくわしいことは何ですか?"},
	{"Which film could you watch again tonight?", "何度でも観たい映画はありますか?"},
	{"What do you see out of your window?", "窓の外には何が見えますか?"},
	{"Mornings or nights?", "朝型ですか、夜型ですか?"},
	{"What have you learned lately?", "最近知っておもしろかったことは?"},
	{"Cats, dogs, or neither?", "猫派ですか、犬派ですか?"},
}

// openersShown is how many of them are suggested at a time.
const openersShown = 3

// A Suggestion is a text that a person may put into the draft.
type Suggestion struct {
	Text string
	Kept bool // this person wrote it in an earlier chat, and did not send it
}

// suggestions returns what the person may write: what was not sent, until something is, and
// how to begin as long as nobody has.
func suggestions(state *State, language Language) []Suggestion {
	if state.Phase != PhaseConnected {
		return nil
	}
	var suggested []Suggestion
	if state.Kept != "" {
		suggested = append(suggested, Suggestion{state.Kept, true})
	}
	if len(state.Messages) > 0 {
		return suggested
	}
	// Steps of 1 to 5 through 12 openers make three different ones.
	first, step := state.Openers%len(openers), 1+state.Openers/len(openers)%5
	for i := range openersShown {
		opener := openers[(first+i*step)%len(openers)]
		text := opener.en
		if language == Japanese {
			text = opener.ja
		}
		suggested = append(suggested, Suggestion{Text: text})
	}
	return suggested
}

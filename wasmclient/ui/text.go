package ui

// Language is a language of the page, as a BCP 47 tag. boot.js chooses it.
type Language string

// The languages of the page.
const (
	English  Language = "en"
	Japanese Language = "ja"
)

// Text names a text that changes. Those that never do are in index.html.
type Text int

// The texts. Those of a status are whole sentences.
const (
	TextInputLabel Text = iota
	TextPlaceholder
	TextMessagesLabel
	TextMine
	TextTheirs
	TextUnsent
	TextMusic
	TextGames
	TextFilms
	TextBooks
	TextTravel
	TextFood
	TextSports
	TextProgramming
	TextBothLike
	TextIdle
	TextSearching
	TextWaiting
	TextWaitingAlone
	TextWaitingInterests
	TextWidened
	TextConnecting
	TextStillLooking
	TextRetrying
	TextBusy
	TextConnected
	TextInterrupted
	TextConnectedAgain
	TextStopped
	TextPeerLeft
	TextPeerNext
	TextPeerClosed
	TextPeerGone
	TextChatEnded
	TextExpired
	TextSuperseded
	TextConnectFailed
	TextPeerMissing
	TextRefused
	TextStreamBlocked
	TextTooManyTabs
	TextFailed
	TextRetryAfter
	TextCountNobody
	TextCountOne
	TextCountMany
	TextCountAlone
	TextCountWithOthers
	textCount // how many there are
)

// In returns the text in a language. In it, "{n}" stands for a number and
// "{interest}" for the name of an interest.
func (t Text) In(language Language) string {
	if language == Japanese {
		return texts[t].ja
	}
	return texts[t].en
}

var texts = [textCount]struct{ en, ja string }{
	TextInputLabel:    {"Your message", "メッセージ"},
	TextPlaceholder:   {"Write a message", "メッセージを書く"},
	TextMessagesLabel: {"Messages", "会話"},
	TextMine:          {"You:", "あなた:"},
	TextTheirs:        {"Partner:", "相手:"},
	TextUnsent:        {"Not sent", "送信できませんでした"},

	TextMusic:       {"Music", "音楽"},
	TextGames:       {"Games", "ゲーム"},
	TextFilms:       {"Films", "映画"},
	TextBooks:       {"Books", "読書"},
	TextTravel:      {"Travel", "旅行"},
	TextFood:        {"Food", "食べ物"},
	TextSports:      {"Sports", "スポーツ"},
	TextProgramming: {"Programming", "プログラミング"},
	TextBothLike:    {"You both like {interest}.", "ふたりとも{interest}が好きです。"},

	TextIdle:             {"Ready when you are.", "準備ができました。"},
	TextSearching:        {"Looking for somebody…", "相手を探しています…"},
	TextWaiting:          {"Looking for somebody…", "相手を探しています…"},
	TextWaitingAlone:     {"Nobody here yet. You will meet whoever comes next.", "まだ誰もいません。次に来た人とつながります。"},
	TextWaitingInterests: {"Looking for somebody with your interests…", "同じ興味を持つ人を探しています…"},
	TextWidened: {
		"Nobody with your interests right now. Looking for anybody…",
		"同じ興味の人はいまいないようです。ほかの人も含めて探しています…",
	},
	TextConnecting:     {"Found somebody. Connecting…", "相手が見つかりました。接続しています…"},
	TextStillLooking:   {"That one did not work out. Still looking…", "その相手とはつながりませんでした。引き続き探しています…"},
	TextRetrying:       {"The server cannot be reached. Trying again…", "サーバーに接続できません。再試行しています…"},
	TextBusy:           {"The server is busy right now. Trying again…", "サーバーが混み合っています。再試行しています…"},
	TextConnected:      {"Connected. Say hello!", "つながりました。"},
	TextInterrupted:    {"Connection interrupted. Trying to reconnect…", "接続が途切れました。再接続しています…"},
	TextConnectedAgain: {"Connected again.", "再びつながりました。"},
	TextStopped:        {"Stopped.", "終了しました。"},

	TextPeerLeft:   {"Your partner left.", "相手が退出しました。"},
	TextPeerNext:   {"Your partner went on to somebody else.", "相手は次の人を探しに行きました。"},
	TextPeerClosed: {"Your partner closed the page.", "相手がページを閉じました。"},
	TextPeerGone:   {"Your partner is gone.", "相手との接続が切れました。"},
	TextChatEnded:  {"The chat has ended.", "会話が終わりました。"},

	TextExpired:       {"Nobody came this time. Try again?", "今回は誰も来ませんでした。もう一度試しますか?"},
	TextSuperseded:    {"This search was replaced by another one.", "別の検索が始まったため、この検索は終わりました。"},
	TextPeerMissing:   {"Three people were found, and none came. Try again?", "三人見つかりましたが、誰も来ませんでした。もう一度試しますか?"},
	TextConnectFailed: {"No direct connection came up. Your network may block it.", "直接つながりませんでした。お使いのネットワークが遮断しているかもしれません。"},
	TextRefused:       {"The server refused this.", "サーバーに拒否されました。"},
	TextStreamBlocked: {"Something between you and the server blocks its responses.", "サーバーとの間にある機器が応答を止めています。"},
	TextTooManyTabs: {
		"Four other tabs are looking already; your browser allows no more. Close one, or try again in a moment.",
		"ほかの 4 つのタブで探しているため、いまは始められません。どれかを閉じるか、少し待ってからお試しください。",
	},
	TextFailed:     {"Something went wrong. Please try again.", "問題が起きました。もう一度お試しください。"},
	TextRetryAfter: {"Please wait {n} s.", "{n} 秒お待ちください。"},

	TextCountNobody:     {"Nobody is waiting right now.", "いま待っている人はいません。"},
	TextCountOne:        {"1 person is waiting.", "1 人が待っています。"},
	TextCountMany:       {"{n} people are waiting.", "{n} 人が待っています。"},
	TextCountAlone:      {"1 waiting: only you", "待っている人: 1 人(あなただけ)"},
	TextCountWithOthers: {"{n} waiting, you included", "待っている人: {n} 人(あなたを含む)"},
}

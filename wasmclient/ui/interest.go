package ui

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Interest is something a person may want to talk about.
type Interest struct {
	ID   string // the same in each language: what the server compares
	Name Text
}

// Interests are those the page offers; at most MaxInterests, so that all may be chosen.
var Interests = []Interest{
	{"music", TextMusic},
	{"games", TextGames},
	{"films", TextFilms},
	{"books", TextBooks},
	{"travel", TextTravel},
	{"food", TextFood},
	{"sports", TextSports},
	{"programming", TextProgramming},
}

// interestName returns an interest as it is written inside a sentence.
func interestName(id string, language Language) string {
	for _, interest := range Interests {
		if interest.ID == id {
			return strings.ToLower(interest.Name.In(language))
		}
	}
	return id // one's own, or of another client's list
}

const (
	// MaxInterests is how many interests may be chosen, and the server accepts.
	MaxInterests = 8
	// MaxOwnInterest is how long an interest of one's own may be, in characters.
	MaxOwnInterest = 32
	// longestInterest is the same in bytes: the server accepts 64 with the language.
	longestInterest = 64 - len(languageTag) - len("en ")
)

// languageTag begins the interest that stands for a language. It is the first word of an
// interest that is bound to a language.
const languageTag = "lang:"

// wanted returns the interests to ask the server for, so that people with one language are
// matched first: each chosen one with the language, then each in any. Whoever has chosen
// none wants the language only.
func wanted(chosen []string, language Language) []string {
	tag := languageTag + string(language)
	if len(chosen) == 0 {
		return []string{tag}
	}
	interests := make([]string, 0, 2*len(chosen))
	for _, interest := range chosen {
		interests = append(interests, tag+" "+interest)
	}
	interests = append(interests, chosen...)
	return interests[:min(len(interests), MaxInterests)]
}

// withoutLanguage returns what people know of an interest that wanted has made. Empty: it was
// the language only.
func withoutLanguage(interest string) string {
	if !strings.HasPrefix(interest, languageTag) {
		return interest
	}
	_, name, _ := strings.Cut(interest, " ")
	return name
}

// isDirectionMark reports whether a character is one of Bidi_Control (UAX #9, section 2).
func isDirectionMark(r rune) bool {
	return r == 0x061c || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

func isOffered(interest string) bool {
	return slices.ContainsFunc(Interests, func(offered Interest) bool { return offered.ID == interest })
}

// choose chooses an interest for the next search, or no longer.
func choose(state *State, interest string) {
	if state.Phase.Active() {
		return
	}
	chosen := slices.DeleteFunc(slices.Clone(state.Interests), func(old string) bool { return old == interest })
	if len(chosen) == len(state.Interests) && isOffered(interest) && len(chosen) < MaxInterests {
		chosen = append(chosen, interest)
	}
	state.Interests = chosen
}

// addInterest chooses an interest of one's own.
func addInterest(state *State, text string) {
	interest := ownInterest(text)
	if state.Phase.Active() || interest == "" || len(state.Interests) == MaxInterests || slices.Contains(state.Interests, interest) {
		return
	}
	state.Interests = append(slices.Clone(state.Interests), interest)
}

// ownInterest returns an interest as the server compares it, or "". One that is too long is
// cut.
func ownInterest(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError || isDirectionMark(r) || r >= 0x200b && r <= 0x200d || r == 0xfeff {
			return ' ' // the server refuses most of them
		}
		return r
	}, strings.ToLower(text))
	text = strings.Join(strings.Fields(text), " ")
	count := 0
	for at, r := range text {
		if count == MaxOwnInterest || at+len(string(r)) > longestInterest {
			text = text[:at]
			break
		}
		count++
	}
	return strings.TrimSpace(text)
}

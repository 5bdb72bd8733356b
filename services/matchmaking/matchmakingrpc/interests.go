package matchmakingrpc

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// words are interests as the engines compare them, and how they were typed.
type words struct {
	compared []string
	typed    map[string]string // by what is compared
}

// readInterests returns the words of a request. Two that look alike or differ in
// case only are the same: compatibility forms are replaced, case is folded
// (Unicode, sections 3.11 and 3.13), and spaces are one space each.
func readInterests(interests []string) words {
	w := words{typed: make(map[string]string)}
	for _, interest := range interests {
		compared := interest
		if utf8.ValidString(interest) { // replacing would hide that it is not
			folded := cases.Fold().String(norm.NFKC.String(interest))
			compared = strings.Join(strings.Fields(norm.NFKC.String(folded)), " ")
		}
		w.compared = append(w.compared, compared)
		if _, known := w.typed[compared]; !known {
			w.typed[compared] = strings.TrimSpace(interest)
		}
	}
	return w
}

// checkInterests refuses characters that do not show, or change how what is
// beside them shows: others see the words.
func checkInterests(invalid *matchmaking.InvalidError, interests []string) {
	for i, interest := range interests {
		if strings.ContainsFunc(interest, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
			invalid.Add(fmt.Sprintf("interests[%d]", i), "must have no control characters, nor any that change the direction of text")
		}
	}
}

// asTyped gives a match the interest in the words of the person who is told.
func (w words) asTyped(event matchmaking.Event) matchmaking.Event {
	matched, is := event.(matchmaking.Matched)
	if typed, known := w.typed[matched.Match.Interest]; is && known {
		matched.Match.Interest = typed
		return matched
	}
	return event
}

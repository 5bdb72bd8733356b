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

// compared returns an interest as the engines compare it. Two that look alike or
// differ in case only are the same: compatibility forms are replaced, case is
// folded (Unicode, sections 3.11 and 3.13), and spaces are one space each.
func compared(interest string) string {
	if !utf8.ValidString(interest) { // replacing would hide that it is not
		return interest
	}
	folded := cases.Fold().String(norm.NFKC.String(interest))
	return strings.Join(strings.Fields(norm.NFKC.String(folded)), " ")
}

func comparedAll(interests []string) []string {
	list := make([]string, 0, len(interests))
	for _, interest := range interests {
		list = append(list, compared(interest))
	}
	return list
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
func asTyped(event matchmaking.Event, interests []string) matchmaking.Event {
	matched, is := event.(matchmaking.Matched)
	if !is || matched.Match.Interest == "" {
		return event
	}
	for _, interest := range interests {
		if compared(interest) == matched.Match.Interest {
			matched.Match.Interest = strings.TrimSpace(interest)
			break
		}
	}
	return matched
}

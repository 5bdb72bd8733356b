//go:build !js

package terminal

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// isHarmful reports whether a character could control a terminal: control characters,
// line and paragraph separators, and those that change the direction of writing.
func isHarmful(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// harmless returns a text of a stranger for the terminal. It replaces every harmful
// character but the tab.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && isHarmful(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// wrap breaks a harmless text into rows of at most width columns, between words where it
// can. The first row begins with prefix and the others with as many spaces, so that no part
// of a text can look like the beginning of another line.
func wrap(prefix, text string, width int) string {
	indent := uniseg.StringWidth(prefix)
	limit := max(width-indent, 2) // the widest character has two columns
	text = strings.ReplaceAll(text, "\t", "    ")
	var out strings.Builder
	out.WriteString(prefix)
	column, spaces := 0, 0 // of the row; the spaces are written when another word follows them
	put := func(part string) {
		columns := uniseg.StringWidth(part)
		if column+spaces+columns > limit {
			if column > 0 {
				out.WriteString("\n" + strings.Repeat(" ", indent))
			}
			column, spaces = 0, 0
		}
		out.WriteString(strings.Repeat(" ", spaces) + part)
		column, spaces = column+spaces+columns, 0
	}
	state := -1
	for text != "" {
		var word string
		word, text, _, state = uniseg.FirstLineSegmentInString(text, state)
		bare := strings.TrimRight(word, " ")
		switch {
		case bare == "":
		case uniseg.StringWidth(bare) <= limit:
			put(bare)
		default:
			for clusters := uniseg.NewGraphemes(bare); clusters.Next(); {
				put(clusters.Str())
			}
		}
		spaces += len(word) - len(bare)
	}
	return out.String()
}

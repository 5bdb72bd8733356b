package ui

import (
	"strings"
	"unicode/utf8"
)

// Segment is a part of a text. A link leads where its text says.
type Segment struct {
	Text string
	Link bool
}

const (
	linkScheme = "https://"
	maxHost    = 253  // RFC 1035, section 2.3.4, without the last dot
	maxLink    = 2048 // bytes; longer ones are no links
)

// Segments splits a text at its links. Together the segments are the text. Only
// addresses with https, a host name and no user name are links: a stranger wrote the
// text, and the host must be what a person takes it for. It takes linear time.
func Segments(text string) []Segment {
	var segments []Segment
	plain := 0 // where the text begins that is not in segments
	for at := 0; ; {
		found := indexScheme(text[at:])
		if found < 0 {
			break
		}
		begin := at + found
		length, isLink := linkLength(text[begin:])
		if isLink && !afterWord(text[:begin]) {
			if plain < begin {
				segments = append(segments, Segment{Text: text[plain:begin]})
			}
			plain = begin + length
			segments = append(segments, Segment{text[begin:plain], true})
		}
		at = begin + length
	}
	if plain < len(text) {
		segments = append(segments, Segment{Text: text[plain:]})
	}
	return segments
}

// indexScheme returns where "https://" begins, in any case of letters, or -1.
func indexScheme(text string) int {
	for at := 0; ; {
		colon := strings.Index(text[at:], "://")
		if colon < 0 {
			return -1
		}
		if begin := at + colon - len("https"); begin >= 0 && strings.EqualFold(text[begin:at+colon], "https") {
			return begin
		}
		at += colon + len("://")
	}
}

// afterWord reports whether a text ends within a word, to which what follows belongs.
func afterWord(text string) bool {
	last, _ := utf8.DecodeLastRuneInString(text)
	return isLetterOrDigit(last)
}

// linkLength returns how much of a text that begins with "https://" is a link, or how
// much of it cannot be one.
func linkLength(text string) (length int, isLink bool) {
	host := hostLength(text[len(linkScheme):])
	length = len(linkScheme) + host
	if !isHost(text[len(linkScheme):length]) {
		return length, false
	}
	length += portLength(text[length:])
	rest := text[length:]
	if strings.HasPrefix(rest, `\`) { // browsers take it for a slash, people for a part of the name
		return length, false
	}
	if authority := restOfAuthority(rest); strings.Contains(authority, "@") || strings.HasPrefix(authority, "_") || strings.HasPrefix(authority, "%") {
		return length + len(authority), false
	}
	length += tailLength(rest)
	return length, length <= maxLink
}

// restOfAuthority returns what stands between a host and its path: if there is an "@" in it, the
// host seems to be one, and is a user name.
func restOfAuthority(text string) string {
	for at := range len(text) {
		if c := text[at]; c == '/' || c == '?' || c == '#' || !isLinkCharacter(c) {
			return text[:at]
		}
	}
	return text
}

// hostLength returns how long the name is with which a text begins: letters and digits of
// any script, hyphens and dots. Japanese words follow a name without a space, so one that
// is in ASCII ends at them.
func hostLength(text string) int {
	ascii, dotted := false, false // of the label so far
	for at, r := range text {
		switch {
		case r == '.':
			ascii, dotted = false, true
		case r == '-' || isLetterOrDigit(r):
			ascii = true
		case r < utf8.RuneSelf || !mayBeInName(r), ascii && dotted && r >= eastAsia:
			return len(strings.TrimRight(text[:at], "-."))
		}
	}
	return len(strings.TrimRight(text, "-."))
}

// mayBeInName reports whether a character that is not in ASCII may be in the name of a host:
// none of the blocks of spaces, signs, marks of direction, punctuation and emoji. The browser
// knows exactly, and the tables of package unicode would make the client larger.
func mayBeInName(r rune) bool {
	switch {
	case r < 0xaa, r >= 0x2000 && r < 0x2c00, r >= 0x2e00 && r < 0x2e80, r >= 0x3000 && r < 0x3005, r >= 0x3008 && r < 0x3021,
		r >= 0xe000 && r < 0xf900, r >= 0xfe00 && r < 0xfe70, r >= 0xff00 && r < 0xff10, r >= 0xff1a && r < 0xff21, r >= 0xff5b && r < 0xff66,
		r >= 0xfff0 && r < 0x10000, r >= 0x1f000 && r < 0x20000, r >= 0xe0000, r == '\u061c':
		return false
	}
	return true
}

// eastAsia is where the blocks of East Asian scripts begin in Unicode.
const eastAsia = '\u2e80'

// isHost reports whether a host is a name. Addresses are not: what is at one nobody can
// see, and it may be the person's own router.
func isHost(host string) bool {
	labels := strings.Split(host, ".")
	if len(host) > maxHost || len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	top := labels[len(labels)-1]
	return top[0] < '0' || top[0] > '9'
}

func portLength(text string) int {
	if text == "" || text[0] != ':' {
		return 0
	}
	end := 1
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	if end == 1 {
		return 0 // punctuation
	}
	return end
}

// tailLength returns how long the path, query and fragment are that follow a host, without
// the punctuation of the sentence around them.
func tailLength(text string) int {
	if text == "" || text[0] != '/' && text[0] != '?' && text[0] != '#' {
		return 0
	}
	open, end := 0, 0 // parentheses
	for ; end < len(text) && isLinkCharacter(text[end]) && (text[end] != ')' || open > 0); end++ {
		switch text[end] {
		case '(':
			open++
		case ')':
			open--
		}
	}
	return len(strings.TrimRight(text[:end], ".,;:!?'"))
}

// linkCharacters are those of a path, query or fragment (RFC 3986, appendix A) besides
// letters and digits, without square brackets, which enclose links.
const linkCharacters = "-._~:/?#@!$&'()*+,;=%"

func isLinkCharacter(c byte) bool {
	return isLetterOrDigit(rune(c)) || strings.IndexByte(linkCharacters, c) >= 0
}

func isLetterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

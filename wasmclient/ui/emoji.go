package ui

import "unicode/utf8"

// largeEmoji is how many emoji a message of nothing else has at most to be shown large.
const largeEmoji = 3

// Large reports whether the message is shown large: it is one to three emoji.
func (m Message) Large() bool { return onlyEmoji(m.Text) }

// onlyEmoji reports whether a text is one to three emoji and nothing but spaces else.
// A sequence that people see as one emoji counts as one (UTS #51, section 1.4): a family, a
// flag, a keycap, another skin colour.
func onlyEmoji(text string) bool {
	count := 0
	for text != "" && count <= largeEmoji {
		if text[0] == ' ' || text[0] == '\n' {
			text = text[1:]
			continue
		}
		length := emojiLength(text)
		if length == 0 {
			return false
		}
		text = text[length:]
		count++
	}
	return count > 0 && count <= largeEmoji
}

// The characters that make one emoji of several (UTS #51, section 1.4).
const (
	emojiStyle  = '\ufe0f' // shows a character as an emoji
	keycap      = '\u20e3'
	joiner      = '\u200d'
	firstSkin   = '\U0001f3fb'
	lastSkin    = '\U0001f3ff'
	firstFlag   = '\U0001f1e6' // regional indicator A
	lastFlag    = '\U0001f1ff'
	firstTag    = '\U000e0020' // of a flag within a country
	lastTag     = '\U000e007f'
	firstArrow  = '\u2190' // of a head that nods
	lastArrow   = '\u21ff'
	mostInEmoji = 32 // characters; the longest families have 10
)

// emojiLength returns how many bytes the emoji has with which a text begins. Zero: none.
func emojiLength(text string) int {
	first, length := utf8.DecodeRuneInString(text)
	second, more := utf8.DecodeRuneInString(text[length:])
	switch {
	case isFlag(first):
		if isFlag(second) {
			return length + more
		}
		return 0
	case first >= '0' && first <= '9' || first == '#' || first == '*':
		if second == emojiStyle {
			length += more
			second, more = utf8.DecodeRuneInString(text[length:])
		}
		if second == keycap {
			return length + more
		}
		return 0
	case !isEmoji(first) && (second != emojiStyle || first < utf8.RuneSelf):
		return 0
	}
	joined := false
	for range mostInEmoji {
		next, size := utf8.DecodeRuneInString(text[length:])
		continues := next == joiner || next == emojiStyle || next == keycap || next >= firstSkin && next <= lastSkin || next >= firstTag && next <= lastTag
		if !continues && (!joined || !isEmoji(next) && (next < firstArrow || next > lastArrow)) {
			break
		}
		joined = next == joiner
		length += size
	}
	return length
}

func isFlag(r rune) bool { return r >= firstFlag && r <= lastFlag }

// isEmoji reports whether a character is usually shown as an emoji. Others are, if
// emojiStyle follows them.
func isEmoji(r rune) bool {
	return r >= 0x1f000 && r <= 0x1faff && !isFlag(r) || r >= 0x2600 && r <= 0x27bf ||
		r >= 0x23e9 && r <= 0x23fa || r >= 0x2b05 && r <= 0x2b55 || r == 0x231a || r == 0x231b
}

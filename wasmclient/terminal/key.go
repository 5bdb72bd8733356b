//go:build !js

package terminal

import (
	"bufio"
	"unicode"
)

// key is a key that a person presses: a character, or one of the following.
type key rune

// The keys of the editor that are no characters.
const (
	keyNone key = -1 - iota // one that the editor does not know
	keyEnter
	keyInterrupt
	keyDeleteOrEnd
	keyDelete
	keyBackspace
	keyDeleteWord
	keyDeleteBefore
	keyDeleteAfter
	keyClear
	keyLeft
	keyRight
	keyUp
	keyDown
	keyHome
	keyEnd
)

// controlKeys are those of Emacs and of shells.
var controlKeys = map[rune]key{
	'\r': keyEnter, '\n': keyEnter,
	0x7f: keyBackspace, 'H' & 0x1f: keyBackspace,
	'A' & 0x1f: keyHome, 'E' & 0x1f: keyEnd, 'B' & 0x1f: keyLeft, 'F' & 0x1f: keyRight,
	'P' & 0x1f: keyUp, 'N' & 0x1f: keyDown,
	'C' & 0x1f: keyInterrupt, 'D' & 0x1f: keyDeleteOrEnd,
	'K' & 0x1f: keyDeleteAfter, 'U' & 0x1f: keyDeleteBefore, 'W' & 0x1f: keyDeleteWord, 'L' & 0x1f: keyClear,
}

// sequenceKeys are the control sequences (ECMA-48, section 5.4) of a keyboard, without
// their beginning.
var sequenceKeys = map[string]key{
	"A": keyUp, "B": keyDown, "C": keyRight, "D": keyLeft, "H": keyHome, "F": keyEnd,
	"1~": keyHome, "7~": keyHome, "4~": keyEnd, "8~": keyEnd, "3~": keyDelete,
}

// longestSequence is how many bytes of a control sequence are read: a keyboard sends fewer.
const longestSequence = 32

func readKey(in *bufio.Reader) (key, error) {
	r, _, err := in.ReadRune()
	if err != nil {
		return keyNone, err
	}
	if known, ok := controlKeys[r]; ok {
		return known, nil
	}
	if r == '\x1b' {
		return readSequence(in)
	}
	if unicode.IsControl(r) {
		return keyNone, nil
	}
	return key(r), nil
}

// readSequence reads what follows an Escape.
func readSequence(in *bufio.Reader) (key, error) {
	r, _, err := in.ReadRune()
	if err != nil || r != '[' && r != 'O' {
		return keyNone, err
	}
	for sequence := ""; len(sequence) < longestSequence; {
		r, _, err := in.ReadRune()
		if err != nil {
			return keyNone, err
		}
		sequence += string(r)
		if r >= '@' && r <= '~' {
			if known, ok := sequenceKeys[sequence]; ok {
				return known, nil
			}
			return keyNone, nil
		}
	}
	return keyNone, nil
}

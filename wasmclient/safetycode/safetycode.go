// Package safetycode shows the code by which two people compare, in words, pictures or a
// call, whether their browsers are connected with each other or with somebody between.
package safetycode

import "strings"

// Symbol is a picture with its names. Each stands for six bits.
type Symbol struct{ Emoji, English, Japanese string }

// Of returns the symbols of a code, from the first bit on: one for six bits. What is left is
// not shown.
func Of(code []byte) []Symbol {
	const bits = 6
	lines := strings.Split(symbols, "\n")
	var shown []Symbol
	buffer, held := 0, 0
	for _, octet := range code {
		buffer, held = buffer<<8|int(octet), held+8
		for ; held >= bits; held -= bits {
			parts := strings.SplitN(lines[buffer>>(held-bits)&(1<<bits-1)], " ", 3)
			shown = append(shown, Symbol{parts[0], parts[1], parts[2]})
		}
		buffer &= 1<<held - 1
	}
	return shown
}

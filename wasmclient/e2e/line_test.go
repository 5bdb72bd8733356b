//go:build !js

package e2e

import (
	"fmt"
	"slices"
)

// line is a message as the page shows it.
type line struct {
	Mine bool
	Text string
}

func mine(texts ...string) []line   { return linesOf(true, texts) }
func theirs(texts ...string) []line { return linesOf(false, texts) }

func linesOf(mine bool, texts []string) []line {
	var lines []line
	for _, text := range texts {
		lines = append(lines, line{mine, text})
	}
	return lines
}

const readLines = `[...document.querySelectorAll(".message")].map(message => ({
	Mine: message.classList.contains("mine"), Text: message.querySelector(".text").textContent}))`

// shows waits for that many messages and then compares them all.
func (tab *tab) shows(want ...line) {
	tab.t.Helper()
	tab.waitFor(fmt.Sprintf("there are %d messages", len(want)), fmt.Sprintf(`document.querySelectorAll(".message").length >= %d`, len(want)))
	if got := read[[]line](tab, readLines); !slices.Equal(got, want) {
		tab.t.Fatalf("%s: messages %v, want %v", tab.name, got, want)
	}
}

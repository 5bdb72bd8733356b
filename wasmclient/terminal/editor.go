//go:build !js

package terminal

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"

	"github.com/rivo/uniseg"
)

const (
	prompt = "> "
	// longestDraft is how many bytes can be written in one line. The page shows so many
	// characters of a message.
	longestDraft = 4000
	// longestHistory is how many lines can be called up again.
	longestHistory = 100
)

// editor is a line editor. What a person writes stays below what is printed. It counts
// columns, not characters: those of Japanese have two, and those of others have none.
//
// read belongs to one goroutine. print may be called from any.
type editor struct {
	in    *bufio.Reader
	out   io.Writer
	width func() int // of the terminal, in columns

	mu            sync.Mutex // guards the following fields
	reading       bool
	before, after string // the draft, at both sides of the cursor
	row           int    // of the cursor, counted from that of the prompt
	history       []string
	recalled      int    // which line of history is shown; len(history): the draft
	kept          string // the draft while a line of history is shown
}

func newEditor(in io.Reader, out io.Writer, width func() int) *editor {
	return &editor{in: bufio.NewReader(in), out: out, width: width}
}

// print prints text, whose lines end with "\n", above the draft.
func (e *editor) print(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.drawLocked(text)
}

// read returns the next line that the person ends with Enter. The error is io.EOF after
// Ctrl-C, Ctrl-D in an empty line, or the end of the input.
func (e *editor) read() (string, error) {
	e.mu.Lock()
	e.reading = true
	e.recalled = len(e.history)
	e.drawLocked("")
	e.mu.Unlock()
	for {
		key, err := readKey(e.in)
		e.mu.Lock()
		text, done, end := e.pressedLocked(key)
		if err != nil || end {
			e.mu.Unlock()
			return "", io.EOF
		}
		e.mu.Unlock()
		if done {
			return text, nil
		}
	}
}

// close ends the line that a person writes, so that something else can be printed.
func (e *editor) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.reading {
		e.endLocked()
	}
}

// endLocked leaves the draft where it is, and no prompt after it.
func (e *editor) endLocked() {
	e.before, e.after = e.before+e.after, ""
	e.drawLocked("")
	e.reading, e.before, e.row = false, "", 0
	_, _ = io.WriteString(e.out, "\r\n")
}

// pressedLocked changes the draft by a key. done: the line is complete; end: the input is.
func (e *editor) pressedLocked(key key) (text string, done, end bool) {
	switch key {
	case keyEnter:
		text = e.before + e.after
		e.endLocked()
		e.rememberLocked(text)
		return text, true, false
	case keyInterrupt:
		return "", false, true
	case keyDelete, keyDeleteOrEnd:
		if key == keyDeleteOrEnd && e.before+e.after == "" {
			return "", false, true
		}
		_, e.after = firstCluster(e.after)
	case keyBackspace:
		e.before, _ = lastCluster(e.before)
	case keyDeleteWord:
		e.before = e.before[:wordStart(e.before)]
	case keyDeleteBefore:
		e.before = ""
	case keyDeleteAfter:
		e.after = ""
	case keyClear:
		e.row = 0
		_, _ = io.WriteString(e.out, "\x1b[H\x1b[2J")
	case keyUp:
		e.recallLocked(e.recalled - 1)
	case keyDown:
		e.recallLocked(e.recalled + 1)
	case keyNone:
	default:
		e.moveLocked(key)
	}
	e.drawLocked("")
	return "", false, false
}

// moveLocked moves the cursor, or writes a character.
func (e *editor) moveLocked(key key) {
	switch key {
	case keyLeft:
		before, cluster := lastCluster(e.before)
		e.before, e.after = before, cluster+e.after
	case keyRight:
		cluster, after := firstCluster(e.after)
		e.before, e.after = e.before+cluster, after
	case keyHome:
		e.before, e.after = "", e.before+e.after
	case keyEnd:
		e.before, e.after = e.before+e.after, ""
	default:
		if r := rune(key); !isHarmful(r) && r != unicode.ReplacementChar && len(e.before)+len(e.after)+len(string(r)) <= longestDraft {
			e.before += string(r)
		}
	}
}

func (e *editor) rememberLocked(text string) {
	if strings.TrimSpace(text) == "" || len(e.history) > 0 && e.history[len(e.history)-1] == text {
		return
	}
	e.history = append(e.history, text)
	e.history = e.history[max(0, len(e.history)-longestHistory):]
}

// recallLocked shows a line of the history, or the draft after the last of them.
func (e *editor) recallLocked(index int) {
	if index < 0 || index > len(e.history) {
		return
	}
	if e.recalled == len(e.history) {
		e.kept = e.before + e.after
	}
	e.recalled, e.before, e.after = index, e.kept, ""
	if index < len(e.history) {
		e.before = e.history[index]
	}
}

// drawLocked removes the prompt and the draft, prints text, and draws both again below it.
func (e *editor) drawLocked(text string) {
	var out strings.Builder
	if e.reading {
		out.WriteByte('\r')
		if e.row > 0 {
			fmt.Fprintf(&out, "\x1b[%dA", e.row)
		}
		out.WriteString("\x1b[J")
	}
	out.WriteString(strings.ReplaceAll(text, "\n", "\r\n"))
	if e.reading {
		drawn := drawing{out: &out, limit: max(e.width()-1, len(prompt)+2)} // no terminal breaks such a row by itself
		drawn.write(prompt + e.before)
		row, column := drawn.row, drawn.column
		drawn.write(e.after)
		if drawn.row > row {
			fmt.Fprintf(&out, "\x1b[%dA", drawn.row-row)
		}
		fmt.Fprintf(&out, "\r\x1b[%dC", column)
		e.row = row
	}
	_, _ = io.WriteString(e.out, out.String()) // nothing can be done about a terminal that is gone
}

// drawing writes a draft in rows of at most limit columns. Rows after the first are
// indented as far as the prompt is long.
type drawing struct {
	out         *strings.Builder
	limit       int
	row, column int
}

func (d *drawing) write(text string) {
	for clusters := uniseg.NewGraphemes(text); clusters.Next(); d.column += clusters.Width() {
		if d.column+clusters.Width() > d.limit {
			d.out.WriteString("\r\n" + strings.Repeat(" ", len(prompt)))
			d.row++
			d.column = len(prompt)
		}
		d.out.WriteString(clusters.Str())
	}
}

// firstCluster splits a text after the first character that people see as one.
func firstCluster(text string) (first, rest string) {
	first, rest, _, _ = uniseg.FirstGraphemeClusterInString(text, -1)
	return first, rest
}

// lastCluster splits a text before the last character that people see as one.
func lastCluster(text string) (rest, last string) {
	from := 0
	for clusters := uniseg.NewGraphemes(text); clusters.Next(); {
		from, _ = clusters.Positions()
	}
	return text[:from], text[from:]
}

// wordStart returns where the last word of a text begins.
func wordStart(text string) int {
	trimmed := strings.TrimRight(text, " ")
	return strings.LastIndexByte(trimmed, ' ') + 1
}

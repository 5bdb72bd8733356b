//go:build !js

package terminal

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
)

// printer tells events. It is safe for concurrent use.
type printer interface {
	print(event event)
}

// plainPrinter prints what strangers write to one writer, and the rest to another.
type plainPrinter struct {
	mu          sync.Mutex // held while something is printed
	out, status io.Writer
}

func (p *plainPrinter) print(event event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if event.Type == typeMessage {
		if event.from != partner {
			fmt.Fprintf(p.out, "%s: ", event.from)
		}
		fmt.Fprintln(p.out, harmless(event.Text))
		return
	}
	for row := range strings.SplitSeq(event.Text, "\n") {
		if row != "" {
			fmt.Fprintln(p.status, harmless(row))
		}
	}
}

// jsonPrinter prints one JSON object in each line.
type jsonPrinter struct {
	mu  sync.Mutex // held while something is printed
	out io.Writer
}

func (p *jsonPrinter) print(event event) {
	if event.Type == typeState || event.Type == typePeer || event.Type == typeTrace {
		event.Text = "" // the other fields say it
	}
	data, err := json.Marshal(event)
	if err != nil {
		panic(err) // an event has strings and numbers only
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintln(p.out, escaped(string(data)))
}

// escaped escapes the characters in JSON that could control a terminal. They are inside of
// strings, and those that encoding/json has not escaped have four hexadecimal digits.
func escaped(text string) string {
	var out strings.Builder
	for _, r := range text {
		if isHarmful(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// editorPrinter prints above the line that a person writes.
type editorPrinter struct {
	editor *editor
	colors bool
	status io.Writer // nil: the terminal
}

// The colours of ECMA-48, section 8.3.117. What a line is, its beginning says too.
const (
	colorPeer   = "\x1b[36m"
	colorStatus = "\x1b[2m"
	colorNone   = "\x1b[0m"
)

func (p *editorPrinter) print(event event) {
	prefix, color := "* ", colorStatus
	if event.Type == typeMessage {
		prefix, color = event.from+": ", colorPeer
	} else if p.status != nil {
		(&plainPrinter{out: p.status, status: p.status}).print(event)
		return
	}
	if event.Text == "" {
		return
	}
	var rows strings.Builder
	for i, row := range strings.Split(event.Text, "\n") {
		if i > 0 {
			prefix = strings.Repeat(" ", len(prefix))
		}
		rows.WriteString(wrap(prefix, harmless(row), p.editor.width()-1) + "\n")
	}
	text := rows.String()
	if p.colors {
		text = color + strings.TrimSuffix(text, "\n") + colorNone + "\n"
	}
	p.editor.print(text)
}

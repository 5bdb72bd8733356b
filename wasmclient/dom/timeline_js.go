package dom

import (
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/inside"
)

// timeline is the list of steps. It shows rows once and does not change them.
type timeline struct {
	list      js.Value
	search    int
	shown     int // rows, dropped ones included
	listeners domjs.Listeners
}

func (t *timeline) show(words *words, now inside.Snapshot) {
	if now.Search != t.search {
		t.search = now.Search
		t.list.Call("replaceChildren")
		t.clear(t.list)
	}
	for i, row := range now.Rows {
		if number := now.Dropped + i; number >= t.shown {
			t.list.Call("append", t.row(words, row))
			t.shown = number + 1
		}
	}
}

// clear lets the next show fill an empty list.
func (t *timeline) clear(list js.Value) {
	t.list, t.shown = list, 0
	t.listeners.Release()
}

func (t *timeline) row(words *words, row inside.Row) js.Value {
	item := newElement("li", "step")
	item.Get("dataset").Set("party", string(row.Party))
	item.Get("dataset").Set("key", row.Key)
	if row.Failed {
		item.Get("classList").Call("add", "failed")
	}
	details, summary := newElement("details", ""), newElement("summary", "")
	summary.Call("append", textElement("span", "at", seconds(row.At)), textElement("span", "party", party(words, row)),
		textElement("span", "what", words.heading(row.Key, row.Value)))
	details.Call("append", summary)
	filled := false
	t.listeners.On(details, "toggle", func(js.Value) {
		if !filled {
			filled = true
			details.Call("append", words.why(row.Key)...)
			details.Call("append", body(words, row)...)
		}
	})
	item.Call("append", details)
	return item
}

// party says with whom a step is, and an arrow in which direction.
func party(words *words, row inside.Row) string {
	name := words.text(string(row.Party))
	switch {
	case row.Out:
		return "→ " + name
	case row.In:
		return "← " + name
	default:
		return name
	}
}

// body returns elements that show the message of a row.
func body(words *words, row inside.Row) []any {
	switch {
	case row.Body == "":
		return nil
	case row.Type == "sdp":
		list := newElement("dl", "sdp")
		for line := range strings.SplitSeq(row.Body, "\n") {
			list.Call("append", textElement("dt", "", line), textElement("dd", "", words.line(line)))
		}
		return []any{list}
	default:
		return []any{textElement("p", "type", row.Type), textElement("pre", "", row.Body)}
	}
}

func textElement(tag, class, text string) js.Value {
	made := newElement(tag, class)
	made.Set("textContent", text)
	return made
}

// seconds returns a time such as "0.123".
func seconds(at time.Duration) string {
	return strconv.FormatFloat(at.Seconds(), 'f', 3, 64)
}

package dom

import (
	"slices"
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// messageList shows messages as elements of #messages.
type messageList struct {
	scroller, list js.Value
	language       ui.Language
	shown          []shownMessage // oldest first, as in the page
}

type shownMessage struct {
	ui.Message
	element js.Value
}

func newMessageList(language ui.Language) *messageList {
	return &messageList{scroller: element("log"), list: element("messages"), language: language}
}

// show removes old messages, marks unsent ones and appends new ones.
func (l *messageList) show(messages []ui.Message) {
	l.shown = slices.DeleteFunc(l.shown, func(old shownMessage) bool {
		gone := len(messages) == 0 || old.ID < messages[0].ID
		if gone {
			old.element.Call("remove")
		}
		return gone
	})
	for i := range l.shown {
		if shown := &l.shown[i]; shown.Unsent != messages[i].Unsent {
			shown.Message = messages[i]
			shown.element.Get("classList").Call("add", "unsent")
			shown.element.Call("append", l.line("note", ui.TextUnsent.In(l.language)))
		}
	}
	for _, message := range messages[len(l.shown):] {
		l.append(message)
	}
}

func (l *messageList) append(message ui.Message) {
	side, author := "theirs", ui.TextTheirs
	if message.Mine {
		side, author = "mine", ui.TextMine
	}
	item := newElement("div", "message "+side)
	text := l.line("text", message.Text)
	text.Set("dir", "auto")
	item.Call("append", l.line("unseen", author.In(l.language)), text)
	if message.Unsent {
		item.Get("classList").Call("add", "unsent")
		item.Call("append", l.line("note", ui.TextUnsent.In(l.language)))
	}
	l.list.Call("append", item)
	l.shown = append(l.shown, shownMessage{message, item})
	if message.Mine {
		l.scroller.Set("scrollTop", 0) // the end: the list is laid out in reverse
	}
}

func (l *messageList) line(class, text string) js.Value {
	line := newElement("div", class)
	line.Set("textContent", text)
	return line
}

func newElement(tag, class string) js.Value {
	created := js.Global().Get("document").Call("createElement", tag)
	created.Set("className", class)
	return created
}

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
	clock          js.Value       // an Intl.DateTimeFormat; undefined: not needed yet
	shown          []shownMessage // oldest first, as in the page
	files          *fileLines
}

type shownMessage struct {
	id       int
	delivery ui.Delivery
	element  js.Value
	file     fileLine // of a message that is a file
}

func newMessageList() *messageList {
	return &messageList{scroller: element("log"), list: element("messages")}
}

// show removes old messages, updates how far others have come and appends new ones.
func (l *messageList) show(messages []ui.Message) {
	l.shown = slices.DeleteFunc(l.shown, func(old shownMessage) bool {
		gone := len(messages) == 0 || old.id < messages[0].ID
		if gone {
			old.element.Call("remove")
			l.files.forget(old)
		}
		return gone
	})
	for i := range l.shown {
		l.deliver(&l.shown[i], messages[i].Delivery)
		if messages[i].File.Stage != ui.FileNone {
			l.files.draw(&l.shown[i].file, messages[i])
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
	isFile := message.File.Stage != ui.FileNone
	var text js.Value
	if isFile {
		text = newElement("div", "text file")
	} else {
		text = newText(message.Text, ui.TextNewTab.In(l.language))
		text.Get("classList").Call("toggle", "large", message.Large())
	}
	item.Call("append", newLine("unseen", author.In(l.language)), text)
	if message.Mine || message.First {
		item.Call("append", l.margin(message))
	}
	l.list.Call("append", item)
	shown := shownMessage{id: message.ID, element: item}
	if isFile {
		shown.file.box = text
		l.files.draw(&shown.file, message)
	}
	l.shown = append(l.shown, shown)
	l.deliver(&l.shown[len(l.shown)-1], message.Delivery)
	if message.Mine {
		l.scrollToEnd()
	}
}

// nearEnd is how far, in CSS pixels, the end may be out of sight and still count as in sight.
const nearEnd = 40

// The list is laid out in reverse: its end is at 0, and what is above has negative numbers.
func (l *messageList) atEnd() bool { return l.scroller.Get("scrollTop").Float() > -nearEnd }

func (l *messageList) scrollToEnd() { l.scroller.Set("scrollTop", 0) }

// margin returns what stands beside a message: how far it has come, and the time of a
// group's first one. It is not read out when it changes.
func (l *messageList) margin(message ui.Message) js.Value {
	margin := newElement("div", "margin")
	setAttribute(margin, "aria-live", "off")
	if message.Mine && message.File.Stage == ui.FileNone {
		mark := newElement("span", "mark")
		setAttribute(mark, "role", "img")
		margin.Call("append", mark)
	}
	if message.First && !message.At.IsZero() {
		if l.clock.IsUndefined() {
			l.clock = newClock() // takes milliseconds
		}
		margin.Call("append", newTime(l.clock, message.At))
	}
	return margin
}

// deliver shows how far a message has come.
func (l *messageList) deliver(shown *shownMessage, delivery ui.Delivery) {
	if shown.delivery == delivery {
		return
	}
	shown.delivery = delivery
	text := delivery.Text().In(l.language)
	setAttribute(shown.element, "data-delivery", string(delivery))
	setAttribute(shown.element.Call("querySelector", ".mark"), "aria-label", text)
	note := shown.element.Call("querySelector", ".note")
	switch {
	case note.IsNull() && delivery.Noted():
		shown.element.Call("append", newLine("note", text))
	case !note.IsNull() && !delivery.Noted():
		note.Call("remove")
	case !note.IsNull():
		setText(note, text)
	}
}

func newLine(class, text string) js.Value {
	line := newElement("div", class)
	setText(line, text)
	return line
}

func newButton(class, text string) js.Value {
	button := newElement("button", class)
	setAttribute(button, "type", "button")
	setText(button, text)
	return button
}

func newElement(tag, class string) js.Value {
	created := js.Global().Get("document").Call("createElement", tag)
	created.Set("className", class)
	return created
}

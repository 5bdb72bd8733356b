package dom

import (
	"syscall/js"
	"time"
)

// newClock returns an Intl.DateTimeFormat for hours and minutes as the browser's person is
// used to.
func newClock() js.Value {
	return js.Global().Get("Intl").Get("DateTimeFormat").New(js.Undefined(), map[string]any{"timeStyle": "short"})
}

// newTime returns a time element: hours and minutes, and all of it in a tooltip.
func newTime(clock js.Value, at time.Time) js.Value {
	date := js.Global().Get("Date").New(at.UnixMilli())
	created := newElement("time", "")
	setText(created, clock.Call("format", date).String())
	setAttribute(created, "title", date.Call("toLocaleString").String())
	setAttribute(created, "datetime", date.Call("toISOString").String())
	return created
}

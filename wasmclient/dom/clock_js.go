package dom

import (
	"syscall/js"
	"time"
)

// clock writes times as the browser's person is used to.
type clock struct{ short, long js.Value }

func newClock() clock {
	format := js.Global().Get("Intl").Get("DateTimeFormat")
	return clock{
		short: format.New(js.Undefined(), map[string]any{"hour": "numeric", "minute": "2-digit"}),
		long:  format.New(js.Undefined(), map[string]any{"dateStyle": "medium", "timeStyle": "medium"}),
	}
}

// element returns a time element: hours and minutes, and all of it in a tooltip.
func (c clock) element(at time.Time) js.Value {
	milliseconds := at.UnixMilli()
	created := newElement("time", "")
	created.Set("textContent", c.short.Call("format", milliseconds))
	created.Set("title", c.long.Call("format", milliseconds))
	created.Set("dateTime", js.Global().Get("Date").New(milliseconds).Call("toISOString"))
	return created
}

package domnet

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

// NetworkEvents are called from the browser's event loop; they must not block.
type NetworkEvents struct {
	// Changed is called when the browser is online again, or on another
	// network.
	Changed func()
	// Shown is called when the page is visible again. Timers may have been
	// delayed meanwhile.
	Shown func()
}

// ListenNetwork calls events until release. Events that the platform does not
// support are never called.
func ListenNetwork(events NetworkEvents) (release func()) {
	var callbacks domjs.Listeners
	on := func(target js.Value, event string, work func()) {
		if target.Truthy() && target.Get("addEventListener").Type() == js.TypeFunction {
			callbacks.On(target, event, func(js.Value) { work() })
		}
	}
	document := js.Global().Get("document")
	on(js.Global(), "online", events.Changed)
	if navigator := js.Global().Get("navigator"); navigator.Truthy() {
		on(navigator.Get("connection"), "change", events.Changed)
	}
	on(js.Global(), "pageshow", events.Shown)
	on(document, "visibilitychange", func() {
		if document.Get("visibilityState").String() == "visible" {
			events.Shown()
		}
	})
	return callbacks.Release
}

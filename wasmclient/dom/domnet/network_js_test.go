package domnet

import (
	"syscall/js"
	"testing"
)

// providePage makes the global object an event target with a page, as in
// browsers.
func providePage(t *testing.T) (connection, document js.Value) {
	t.Helper()
	provide(t, "page", "new EventTarget()")
	for _, method := range []string{"addEventListener", "removeEventListener", "dispatchEvent"} {
		provide(t, method, "page."+method+".bind(page)")
	}
	provide(t, "document", "Object.assign(new EventTarget(), {visibilityState: 'hidden'})")
	provide(t, "navigator", "{connection: new EventTarget()}")
	return js.Global().Get("navigator").Get("connection"), js.Global().Get("document")
}

func dispatch(target js.Value, event string) {
	target.Call("dispatchEvent", js.Global().Get("Event").New(event))
}

func TestListenNetwork(t *testing.T) {
	connection, document := providePage(t)
	changed, shown := 0, 0
	release := ListenNetwork(NetworkEvents{
		Changed: func() { changed++ },
		Shown:   func() { shown++ },
	})
	dispatch(js.Global(), "online")
	dispatch(connection, "change")
	dispatch(document, "visibilitychange")
	if changed != 2 || shown != 0 {
		t.Errorf("%d times changed and %d shown, want 2 and none", changed, shown)
	}
	document.Set("visibilityState", "visible")
	dispatch(document, "visibilitychange")
	dispatch(js.Global(), "pageshow")
	release()
	dispatch(js.Global(), "online")
	if changed != 2 || shown != 2 {
		t.Errorf("%d times changed and %d shown, want 2 and 2", changed, shown)
	}
}

func TestListenNetworkWithoutAPage(t *testing.T) {
	ListenNetwork(NetworkEvents{})()
}

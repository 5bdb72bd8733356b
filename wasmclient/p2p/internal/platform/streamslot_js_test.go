package platform

import (
	"syscall/js"
	"testing"
	"time"
)

// webLocks implements ifAvailable of W3C Web Locks.
const webLocks = `({locks: {
	held: new Set(),
	async request(name, options, callback) {
		if (this.held.has(name)) return callback(null);
		this.held.add(name);
		try { return await callback({name}); } finally { this.held.delete(name); }
	},
}})`

// TestFourClientsShareTheConnections uses one Client for each tab of a browser.
func TestFourClientsShareTheConnections(t *testing.T) {
	js.Global().Get("Object").Call("defineProperty", js.Global(), "navigator",
		map[string]any{"configurable": true, "value": js.Global().Call("eval", webLocks)})
	const service = "http://chat.example:8080/path"
	var tabs [maxStreams + 1]StreamSlot
	hold := func(tab int) (release func()) {
		t.Helper()
		release, ok := tabs[tab].Hold(service)
		if !ok {
			t.Fatalf("tab %d has no slot", tab)
		}
		return release
	}
	var releases []func()
	for tab := range maxStreams {
		releases = append(releases, hold(tab))
	}
	refused := func(when string) {
		t.Helper()
		if _, ok := tabs[maxStreams].Hold(service); ok {
			t.Errorf("%s: a fifth tab has a slot", when)
		}
	}
	refused("four tabs hold")
	if release, ok := tabs[maxStreams].Hold("https://other.example"); !ok {
		t.Error("over TLS nothing tells of HTTP/1")
	} else {
		release()
	}

	next := hold(0) // its last room has not let go yet
	releases[0]()
	refused("the first tab searches again")
	next()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if release, ok := tabs[maxStreams].Hold(service); ok {
			release()
			return
		}
	}
	t.Error("a slot that was given back is not free")
}

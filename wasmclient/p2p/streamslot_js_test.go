package p2p

import (
	"errors"
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
	var tabs [maxStreams + 1]streamSlot
	hold := func(tab int) (release func()) {
		t.Helper()
		release, err := tabs[tab].hold(service)
		if err != nil {
			t.Fatalf("tab %d: %v", tab, err)
		}
		return release
	}
	var releases []func()
	for tab := range maxStreams {
		releases = append(releases, hold(tab))
	}
	refused := func(when string) {
		t.Helper()
		var ended *EndedError
		if _, err := tabs[maxStreams].hold(service); !errors.As(err, &ended) || ended.Reason != ReasonTooManyTabs {
			t.Errorf("%s: %v, want too_many_tabs", when, err)
		}
	}
	refused("four tabs hold")
	if release, err := tabs[maxStreams].hold("https://other.example"); err != nil {
		t.Errorf("over TLS nothing tells of HTTP/1: %v", err)
	} else {
		release()
	}

	next := hold(0) // its last room has not let go yet
	releases[0]()
	refused("the first tab searches again")
	next()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if release, err := tabs[maxStreams].hold(service); err == nil {
			release()
			return
		}
	}
	t.Error("a slot that was given back is not free")
}

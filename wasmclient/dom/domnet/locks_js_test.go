package domnet

import (
	"strings"
	"syscall/js"
	"testing"
	"time"
)

// provide gives the global object what browsers have and Node may lack.
func provide(t *testing.T, name, script string) {
	t.Helper()
	object := js.Global().Get("Object")
	before := object.Call("getOwnPropertyDescriptor", js.Global(), name)
	object.Call("defineProperty", js.Global(), name, map[string]any{"configurable": true, "value": js.Global().Call("eval", "("+script+")")})
	t.Cleanup(func() {
		js.Global().Delete(name)
		if before.Truthy() {
			object.Call("defineProperty", js.Global(), name, before)
		}
	})
}

// webLocks does what W3C Web Locks say of ifAvailable.
const webLocks = `{locks: {
	held: new Set(),
	async request(name, {ifAvailable}, callback) {
		if (name === "forbidden") throw new Error("SecurityError");
		if (!ifAvailable) throw new Error("would wait");
		if (this.held.has(name)) return callback(null);
		this.held.add(name);
		try { return await callback({name}); } finally { this.held.delete(name); }
	},
}}`

func TestTryLock(t *testing.T) {
	provide(t, "navigator", webLocks)
	if !HasLocks() {
		t.Error("HasLocks is false where there are locks")
	}
	take := func(name string) (release func()) {
		t.Helper()
		release, err := TryLock(name)
		if err != nil {
			t.Fatalf("TryLock(%q): %v", name, err)
		}
		return release
	}
	first := take("one")
	if first == nil || take("two") == nil {
		t.Fatal("a free lock was not given")
	}
	if take("one") != nil {
		t.Fatal("a lock that is held was given")
	}
	first()
	first()
	again := take("one")
	for deadline := time.Now().Add(10 * time.Second); again == nil && time.Now().Before(deadline); again = take("one") {
		continue // the browser takes a lock back a moment after its promise is kept
	}
	if again == nil {
		t.Fatal("a lock given back is still held")
	}
	if first(); take("one") != nil {
		t.Error("a late release took another's lock")
	}
}

func TestTryLockWhereLocksAreForbidden(t *testing.T) {
	provide(t, "navigator", webLocks)
	if _, err := TryLock("forbidden"); err == nil || !strings.Contains(err.Error(), "SecurityError") {
		t.Errorf("error %v, want the browser's", err)
	}
}

func TestBrowserWithoutLocks(t *testing.T) {
	provide(t, "navigator", `{}`)
	if HasLocks() {
		t.Error("HasLocks is true where there are none")
	}
	if _, err := TryLock("one"); err == nil {
		t.Error("took a lock where there are none")
	}
}

func TestProtocol(t *testing.T) {
	provide(t, "performance", `{
		now: performance.now.bind(performance),
		getEntriesByType: (kind) => ({
			navigation: [{name: "https://page.example/?x", nextHopProtocol: "h2"}],
			resource: [
				{name: "https://one.example/old", nextHopProtocol: "h2"},
				{name: "https://one.example/new", nextHopProtocol: "http/1.1"},
				{name: "https://one.example/hidden", nextHopProtocol: ""},
				{name: "https://one.example.org/", nextHopProtocol: "h3"},
			],
		})[kind],
	}`)
	for origin, want := range map[string]string{
		"https://page.example": "h2", "https://one.example": "http/1.1", "https://silent.example": "",
	} {
		if got := Protocol(origin); got != want {
			t.Errorf("%s: %q, want %q", origin, got, want)
		}
	}
	provide(t, "performance", `{now: performance.now.bind(performance)}`)
	if got := Protocol("https://page.example"); got != "" {
		t.Errorf("a browser that does not tell: %q", got)
	}
}

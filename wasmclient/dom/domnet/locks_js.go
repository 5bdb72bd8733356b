package domnet

import (
	"strings"
	"sync"
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

// HasLocks reports whether the browser offers Web Locks. Old browsers do not,
// and no browser does to pages from another machine without TLS.
func HasLocks() bool {
	navigator := js.Global().Get("navigator")
	return navigator.Truthy() && navigator.Get("locks").Truthy()
}

// TryLock acquires a Web Lock, which the pages of one origin in one browser
// profile share. release is nil when another page, or this one, holds it. The
// browser frees the lock when the page is closed. Never call TryLock in a
// callback of the browser.
func TryLock(name string) (release func(), err error) {
	held, unlock, err := newPromise()
	if err != nil {
		return nil, err
	}
	answer := make(chan bool, 1)
	granted := js.FuncOf(func(_ js.Value, locks []js.Value) any {
		acquired := !locks[0].IsNull()
		answer <- acquired
		if !acquired {
			return nil
		}
		return held
	})
	ended := make(chan error, 1)
	go func() {
		defer granted.Release()
		_, err := domjs.Await(func() js.Value {
			options := map[string]any{"ifAvailable": true}
			return js.Global().Get("navigator").Get("locks").Call("request", name, options, granted)
		})
		ended <- err
	}()
	select {
	case acquired := <-answer:
		if acquired {
			return sync.OnceFunc(func() { unlock.Invoke() }), nil
		}
		return nil, <-ended
	case err := <-ended:
		return nil, err
	}
}

// newPromise returns a promise and the function that resolves it.
func newPromise() (promise, fulfil js.Value, err error) {
	defer domjs.Catch(&err)
	executor := js.FuncOf(func(_ js.Value, settlers []js.Value) any {
		fulfil = settlers[0]
		return nil
	})
	defer executor.Release()
	promise = js.Global().Get("Promise").New(executor)
	return promise, fulfil, nil
}

// Protocol returns the protocol, such as "http/1.1" or "h2", of the latest
// response that this page got from an origin. Empty: the browser does not say.
func Protocol(origin string) (protocol string) {
	var err error
	defer domjs.Catch(&err) // an old browser does not say
	performance := js.Global().Get("performance")
	for _, kind := range []string{"navigation", "resource"} {
		entries := performance.Call("getEntriesByType", kind)
		for i := range entries.Length() {
			entry := entries.Index(i)
			if strings.HasPrefix(entry.Get("name").String(), origin+"/") {
				if told := entry.Get("nextHopProtocol"); told.Truthy() {
					protocol = told.String()
				}
			}
		}
	}
	return protocol
}

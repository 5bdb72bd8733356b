package domjs

import (
	"errors"
	"strings"
	"syscall/js"
)

// ErrAbandoned is the error of [AwaitUnless] when nobody waits any more.
var ErrAbandoned = errors.New("nobody waits for the browser's answer any more")

// Catch turns, when deferred, the panic by which syscall/js reports a JavaScript
// exception, a value of the wrong type or a missing method, into an error.
// Other panics go on.
func Catch(err *error) {
	switch reason := recover().(type) {
	case nil:
	case js.Error:
		*err = reason
	case *js.ValueError:
		*err = reason
	case string:
		if !strings.HasPrefix(reason, "syscall/js: ") {
			panic(reason)
		}
		*err = errors.New(reason)
	default:
		panic(reason)
	}
}

// Listeners are callbacks given to the browser. The zero value is ready. Not
// safe for concurrent use.
type Listeners []func()

// On calls handle with each event of that name. Handle must not block.
func (l *Listeners) On(target js.Value, name string, handle func(event js.Value)) {
	callback := js.FuncOf(func(_ js.Value, arguments []js.Value) any {
		handle(arguments[0])
		return nil
	})
	target.Call("addEventListener", name, callback)
	*l = append(*l, func() {
		target.Call("removeEventListener", name, callback)
		callback.Release()
	})
}

// Soon calls handle once, in a task of its own: the browser may show the page before.
// handle must not block.
func (l *Listeners) Soon(handle func()) {
	callback := js.FuncOf(func(js.Value, []js.Value) any {
		handle()
		return nil
	})
	timer := js.Global().Call("setTimeout", callback)
	*l = append(*l, func() {
		js.Global().Call("clearTimeout", timer)
		callback.Release()
	})
}

// NextTask calls handle once, in a task of its own, also where the page is hidden:
// browsers delay timers there. handle must not block.
func (l *Listeners) NextTask(handle func()) {
	channel := js.Global().Get("MessageChannel").New()
	port := channel.Get("port1")
	callback := js.FuncOf(func(js.Value, []js.Value) any {
		port.Call("close")
		handle()
		return nil
	})
	port.Set("onmessage", callback)
	channel.Get("port2").Call("postMessage", nil)
	*l = append(*l, func() {
		port.Set("onmessage", nil)
		port.Call("close")
		callback.Release()
	})
}

// Every calls handle at regular intervals. handle must not block.
func (l *Listeners) Every(milliseconds int, handle func()) {
	callback := js.FuncOf(func(js.Value, []js.Value) any {
		handle()
		return nil
	})
	timer := js.Global().Call("setInterval", callback, milliseconds)
	*l = append(*l, func() {
		js.Global().Call("clearInterval", timer)
		callback.Release()
	})
}

// Release releases all callbacks. Further calls do nothing.
func (l *Listeners) Release() {
	for _, release := range *l {
		release()
	}
	*l = nil
}

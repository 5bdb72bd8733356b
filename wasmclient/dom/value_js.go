package dom

import "syscall/js"

// catch turns the panic by which syscall/js reports a JavaScript exception,
// or a value of the wrong type, into an error. Other panics go on.
func catch(err *error) {
	switch reason := recover().(type) {
	case nil:
	case js.Error:
		*err = reason
	case *js.ValueError:
		*err = reason
	default:
		panic(reason)
	}
}

// element returns the element with that id. It panics with js.Error when
// there is none: the page and this program do not belong together.
func element(id string) js.Value {
	found := js.Global().Get("document").Call("getElementById", id)
	if found.IsNull() {
		panic(js.Error{Value: js.ValueOf("the page has no element #" + id)})
	}
	return found
}

// listeners are the callbacks a page has given to the browser.
type listeners []func()

// on calls handle with each event of that name. Handle must not block.
func (l *listeners) on(target js.Value, name string, handle func(event js.Value)) {
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

// every calls handle again and again until release.
func (l *listeners) every(milliseconds int, handle func()) {
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

// release takes all callbacks back.
func (l *listeners) release() {
	for _, release := range *l {
		release()
	}
	*l = nil
}

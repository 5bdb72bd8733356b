package domnet

import "syscall/js"

// listeners are the callbacks given to the browser.
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

// release takes all callbacks back. Further calls do nothing.
func (l *listeners) release() {
	for _, release := range *l {
		release()
	}
	*l = nil
}

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

package dom

import "syscall/js"

// element returns the element with that id. It panics with js.Error when
// there is none: the page and this program do not belong together.
func element(id string) js.Value {
	found := js.Global().Get("document").Call("getElementById", id)
	if found.IsNull() {
		panic(js.Error{Value: js.ValueOf("the page has no element #" + id)})
	}
	return found
}

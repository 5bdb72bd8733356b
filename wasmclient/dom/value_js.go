package dom

import "syscall/js"

// element returns the element with that id. It panics with js.Error when
// there is none, because then the page is of another version than this program.
func element(id string) js.Value {
	found := js.Global().Get("document").Call("getElementById", id)
	if found.IsNull() {
		panic(js.Error{Value: js.ValueOf("the page has no element #" + id)})
	}
	return found
}

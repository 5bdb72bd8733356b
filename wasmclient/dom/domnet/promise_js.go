package domnet

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

// await calls start and waits for the promise that it returns. The error is what
// start throws, or why the promise is rejected. Never call await in a callback
// of the browser, because the promise cannot be resolved meanwhile.
func await(start func() js.Value) (result js.Value, err error) {
	defer domjs.Catch(&err)
	resolved := make(chan struct{})
	fulfilled := js.FuncOf(func(_ js.Value, values []js.Value) any {
		result = values[0]
		close(resolved)
		return nil
	})
	defer fulfilled.Release()
	rejected := js.FuncOf(func(_ js.Value, reasons []js.Value) any {
		err = js.Error{Value: reasons[0]}
		close(resolved)
		return nil
	})
	defer rejected.Release()
	start().Call("then", fulfilled, rejected)
	<-resolved
	return result, err
}

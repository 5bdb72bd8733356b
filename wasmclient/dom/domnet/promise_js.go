package domnet

import (
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

// await calls start and waits for the promise it returns. What start throws
// and why the promise is rejected are the error. Never call it in a callback
// of the browser: the promise could not settle.
func await(start func() js.Value) (result js.Value, err error) {
	defer domjs.Catch(&err)
	settled := make(chan struct{})
	fulfilled := js.FuncOf(func(_ js.Value, values []js.Value) any {
		result = values[0]
		close(settled)
		return nil
	})
	defer fulfilled.Release()
	rejected := js.FuncOf(func(_ js.Value, reasons []js.Value) any {
		err = js.Error{Value: reasons[0]}
		close(settled)
		return nil
	})
	defer rejected.Release()
	start().Call("then", fulfilled, rejected)
	<-settled
	return result, err
}

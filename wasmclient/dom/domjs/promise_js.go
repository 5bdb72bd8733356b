package domjs

import (
	"errors"
	"syscall/js"
)

// Await calls start and waits for the promise that it returns. The error is what
// start throws, or why the promise is rejected. Never call Await in a callback of
// the browser, because the promise cannot be resolved meanwhile.
func Await(start func() js.Value) (result js.Value, err error) {
	return AwaitUnless(nil, start)
}

// AwaitUnless is Await that also ends when abandoned is closed, with
// [ErrAbandoned]. Browsers never settle some promises of an object that is closed.
func AwaitUnless(abandoned <-chan struct{}, start func() js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	var fulfilled, rejected js.Func
	release := func() {
		fulfilled.Release()
		rejected.Release()
	}
	fulfilled = js.FuncOf(func(_ js.Value, values []js.Value) any {
		settled <- outcome{value: values[0]}
		release()
		return nil
	})
	rejected = js.FuncOf(func(_ js.Value, reasons []js.Value) any {
		settled <- outcome{err: reasonOf(reasons[0])}
		release()
		return nil
	})
	if err := try(func() { start().Call("then", fulfilled, rejected) }); err != nil {
		release()
		return js.Undefined(), err
	}
	select {
	case <-abandoned: // the callbacks release themselves, if they are ever called
		return js.Undefined(), ErrAbandoned
	case outcome := <-settled:
		return outcome.value, outcome.err
	}
}

// reasonOf returns why a promise is rejected, which need not be an Error.
func reasonOf(reason js.Value) error {
	if reason.Type() == js.TypeObject {
		return js.Error{Value: reason}
	}
	return errors.New(js.Global().Get("String").Invoke(reason).String())
}

func try(work func()) (err error) {
	defer Catch(&err)
	work()
	return nil
}

package domjs

import (
	"strings"
	"syscall/js"
	"testing"
)

func TestCatchMakesExceptionsErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		call func()
		want string
	}{
		{"exception", func() { js.Global().Get("JSON").Call("parse", "{") }, "JSON"},
		{"missing method", func() { js.Global().Get("JSON").Call("absent") }, "absent"},
		{"wrong type", func() { js.Undefined().Get("x") }, "undefined"},
		{"nothing wrong", func() { js.Global().Get("JSON").Call("parse", "{}") }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := func() (err error) {
				defer Catch(&err)
				test.call()
				return nil
			}()
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestCatchLetsOtherPanicsGo(t *testing.T) {
	defer func() {
		if recover() != "a fault of ours" {
			t.Error("the panic was swallowed")
		}
	}()
	var err error
	defer Catch(&err)
	panic("a fault of ours")
}

func TestListenersUntilRelease(t *testing.T) {
	target := js.Global().Get("EventTarget").New()
	dispatch := func() { target.Call("dispatchEvent", js.Global().Get("Event").New("ping")) }
	var listeners Listeners
	var heard []string
	listeners.On(target, "ping", func(event js.Value) { heard = append(heard, event.Get("type").String()) })

	dispatch()
	dispatch()
	if got := strings.Join(heard, " "); got != "ping ping" {
		t.Errorf("heard %q, want every event", got)
	}
	listeners.Release()
	dispatch()
	if len(heard) != 2 {
		t.Error("heard an event after release")
	}
}

func TestEveryUntilRelease(t *testing.T) {
	var listeners Listeners
	ticks := make(chan struct{}, 1)
	listeners.Every(1, func() {
		select {
		case ticks <- struct{}{}:
		default:
		}
	})
	<-ticks
	<-ticks
	listeners.Release()
	if listeners != nil {
		t.Error("callbacks are left")
	}
}

func TestSoonUntilRelease(t *testing.T) {
	for name, soon := range map[string]func(*Listeners, func()){"Soon": (*Listeners).Soon, "NextTask": (*Listeners).NextTask} {
		t.Run(name, func(t *testing.T) {
			var listeners Listeners
			heard := make(chan string, 2)
			soon(&listeners, func() { heard <- "soon" })
			select {
			case <-heard:
				t.Error("handled in the same task")
			default:
			}
			<-heard
			soon(&listeners, func() { heard <- "after release" })
			listeners.Release()
			listeners = nil
			soon(&listeners, func() { heard <- "last" })
			if got := <-heard; got != "last" {
				t.Errorf("heard %q", got)
			}
		})
	}
}

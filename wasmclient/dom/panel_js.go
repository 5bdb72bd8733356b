package dom

import (
	"runtime"
	"syscall/js"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/inside"
)

// Insight is what the panel "What happens inside" asks of a session. Its methods may be
// called from any goroutine; UpdateLog waits for the browser, the others do not block.
type Insight interface {
	// UpdateLog looks at the pairs of candidates, for the log.
	UpdateLog()
	// Relays reports whether the chat has a TURN server to go through.
	Relays() bool
	// Vanish, RestartICE and RelayOnly let people see a repair.
	Vanish(time.Duration)
	RestartICE()
	RelayOnly()
}

// Panel gives web/inside.js, which draws the panel, its data and its actions: functions of
// clientLoaded.inside.
type Panel struct{ functions []js.Func }

// OpenPanel offers what log has recorded, and the actions of session, until Close.
func OpenPanel(log *inside.Log, session Insight) (panel *Panel, err error) {
	defer domjs.Catch(&err)
	p := &Panel{}
	offered := map[string]any{}
	for name, function := range functions(log, session) {
		callback := js.FuncOf(func(_ js.Value, arguments []js.Value) any { return function(arguments) })
		p.functions = append(p.functions, callback)
		offered[name] = callback
	}
	button := js.Global().Get("document").Call("getElementById", "inside-open")
	if button.Get("dataset").Get("record").Truthy() { // before this program ran: boot.js
		log.Record()
	}
	js.Global().Get("clientLoaded").Set("inside", offered)
	return p, nil
}

// functions returns what the panel can ask for.
func functions(log *inside.Log, session Insight) map[string]func(arguments []js.Value) any {
	return map[string]func([]js.Value) any{
		"record": func([]js.Value) any { log.Record(); return nil },
		"changed": func([]js.Value) any {
			select {
			case <-log.Changed():
				return true
			default:
				return false
			}
		},
		// The snapshot of a search has its rows from a number on, and of another search all.
		"snapshot": func(arguments []js.Value) any {
			now, first := log.Snapshot(), arguments[1].Int()
			if now.Search != arguments[0].Int() {
				first = 0
			}
			return now.JSON(first)
		},
		"wasm":   func([]js.Value) any { return wasmFacts() },
		"update": func([]js.Value) any { go session.UpdateLog(); return nil },
		"relays": func([]js.Value) any { return session.Relays() },
		"vanish": func(arguments []js.Value) any {
			session.Vanish(time.Duration(arguments[0].Int()) * time.Millisecond)
			return nil
		},
		"restart":   func([]js.Value) any { session.RestartICE(); return nil },
		"relayOnly": func([]js.Value) any { session.RelayOnly(); return nil },
	}
}

// Close takes the functions back.
func (p *Panel) Close() {
	js.Global().Get("clientLoaded").Delete("inside")
	for _, function := range p.functions {
		function.Release()
	}
}

func wasmFacts() map[string]any {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return map[string]any{"heap": memory.HeapAlloc, "system": memory.Sys, "goroutines": runtime.NumGoroutine()}
}

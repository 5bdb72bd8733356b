package rtc

import (
	"syscall/js"
)

// traceStates tells the states of a connection from now on. Those of its transports are
// told since there are any, which the browser has no event for.
func (c *browserConnection) traceStates(trace func(kind, state string)) {
	transports := false
	for _, of := range []struct{ event, property, kind string }{
		{"icegatheringstatechange", "iceGatheringState", gatheringKind},
		{"signalingstatechange", "signalingState", signalingKind},
		{"iceconnectionstatechange", "iceConnectionState", iceKind},
		{"connectionstatechange", "connectionState", connectionKind},
	} {
		c.listeners.On(c.pc, of.event, func(js.Value) {
			trace(of.kind, c.pc.Get(of.property).String())
			if sctp := c.pc.Get("sctp"); !transports && sctp.Truthy() { // Firefox has none before version 113
				transports = true
				c.traceTransport(sctp.Get("transport"), dtlsKind, trace)
				c.traceTransport(sctp, sctpKind, trace)
			}
		})
	}
}

func (c *browserConnection) traceTransport(transport js.Value, kind string, trace func(kind, state string)) {
	select {
	case <-c.closed: // while trace waited
		return
	default:
	}
	if !transport.Truthy() {
		return
	}
	last := ""
	changed := func(js.Value) {
		if state := transport.Get("state").String(); state != last {
			last = state
			trace(kind, state)
		}
	}
	c.listeners.On(transport, "statechange", changed)
	changed(transport)
}

package rtc

import "syscall/js"

// traceStates tells the states of a connection from now on, and those of its transports
// since there are any: the browser has no event for that.
func (c *browserConnection) traceStates(trace func(kind, state string)) {
	watch := func(target js.Value, event, property, kind string, before func()) {
		c.listeners.On(target, event, func(js.Value) {
			before()
			trace(kind, target.Get(property).String())
		})
	}
	nothing := func() {}
	transports := false
	watchTransports := func() {
		sctp := c.pc.Get("sctp")
		if transports || !sctp.Truthy() || !sctp.Get("transport").Truthy() { // Firefox has none before version 113
			return
		}
		transports = true
		watch(sctp.Get("transport"), "statechange", "state", dtlsKind, nothing)
		watch(sctp, "statechange", "state", sctpKind, nothing)
	}
	watch(c.pc, "icegatheringstatechange", "iceGatheringState", gatheringKind, watchTransports)
	watch(c.pc, "signalingstatechange", "signalingState", signalingKind, watchTransports)
	watch(c.pc, "iceconnectionstatechange", "iceConnectionState", iceKind, watchTransports)
	watch(c.pc, "connectionstatechange", "connectionState", connectionKind, watchTransports)
}

package rtc

import "syscall/js"

// traceStates tells the states of a connection from now on, and those of its transports
// since there are any: the browser has no event for that.
func (c *browserConnection) traceStates(trace func(kind, state string)) {
	transports := false
	watch := func(target js.Value, event, property, kind string) {
		c.listeners.On(target, event, func(js.Value) {
			trace(kind, target.Get(property).String())
		})
	}
	for _, names := range [][3]string{
		{"icegatheringstatechange", "iceGatheringState", gatheringKind},
		{"signalingstatechange", "signalingState", signalingKind},
		{"iceconnectionstatechange", "iceConnectionState", iceKind},
		{"connectionstatechange", "connectionState", connectionKind},
	} {
		c.listeners.On(c.pc, names[0], func(js.Value) {
			sctp := c.pc.Get("sctp")
			fresh := !transports && sctp.Truthy() // Firefox has none before version 113
			if fresh {
				transports = true
				watch(sctp.Get("transport"), "statechange", "state", dtlsKind)
				watch(sctp, "statechange", "state", sctpKind)
			}
			trace(names[2], c.pc.Get(names[1]).String()) // may wait, and then the connection may be closed
			if fresh {
				trace(dtlsKind, sctp.Get("transport").Get("state").String())
				trace(sctpKind, sctp.Get("state").String())
			}
		})
	}
}

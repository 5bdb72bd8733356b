//go:build !js

package rtc

import (
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

// tracedStates are the last states that were told, of what pion has no events for, or none
// in order.
type tracedStates struct {
	mu              sync.Mutex // guards the following fields
	signaling, sctp string
}

// traceStates tells the states of a connection for which pion has events, but for that of
// the connection, from now on.
func (c *pionConnection) traceStates() {
	c.pc.OnICEGatheringStateChange(func(state webrtc.ICEGatheringState) { c.trace(gatheringKind, state.String()) })
	c.pc.OnICEConnectionStateChange(func(state webrtc.ICEConnectionState) { c.trace(iceKind, state.String()) })
	c.pc.SCTP().Transport().OnStateChange(func(state webrtc.DTLSTransportState) { c.trace(dtlsKind, state.String()) })
}

func (c *pionConnection) connectionChanged(now webrtc.PeerConnectionState) {
	if c.trace != nil {
		c.trace(connectionKind, now.String())
		c.sctpChanged()
	}
}

// signalingChanged tells the signaling state if it has changed. Pion has an event for that,
// but calls it in a goroutine of its own, so that two of them can come in any order.
func (c *pionConnection) signalingChanged() {
	if c.trace != nil {
		c.changed(signalingKind, &c.traced.signaling, c.pc.SignalingState().String(), webrtc.SignalingStateStable.String())
	}
}

// sctpChanged tells the state of SCTP if it has changed. It is "connecting" even if the
// connection is closed before it connects.
func (c *pionConnection) sctpChanged() {
	state := c.pc.SCTP().State()
	if c.trace != nil && (state != webrtc.SCTPTransportStateConnecting || c.State() != StateClosed) {
		c.changed(sctpKind, &c.traced.sctp, state.String(), "")
	}
}

// changed tells a state if it is another one than the last one, which was first at first.
func (c *pionConnection) changed(kind string, last *string, now, first string) {
	c.traced.mu.Lock()
	defer c.traced.mu.Unlock()
	if *last == "" {
		*last = first
	}
	if *last != now {
		*last = now
		c.trace(kind, now)
	}
}

func (c *pionConnection) Pairs() []*Pair {
	report := c.pc.GetStats()
	selected, _ := c.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePairStats()
	var pairs []*Pair
	for _, entry := range report {
		stats, is := entry.(webrtc.ICECandidatePairStats)
		if !is {
			continue
		}
		pair := &Pair{
			State: string(stats.State), Selected: stats.ID == selected.ID && stats.ID != "",
			RTT:       time.Duration(stats.CurrentRoundTripTime * float64(time.Second)),
			BytesSent: stats.BytesSent, BytesReceived: stats.BytesReceived,
		}
		pair.Local, pair.LocalType = pionCandidate(report, stats.LocalCandidateID)
		pair.Remote, pair.RemoteType = pionCandidate(report, stats.RemoteCandidateID)
		pairs = addPair(pairs, pair)
	}
	return pairs
}

func pionCandidate(report webrtc.StatsReport, id string) (address, kind string) {
	candidate, _ := report[id].(webrtc.ICECandidateStats)
	return candidateAddress(candidate.IP, int(candidate.Port), candidate.Protocol), candidate.CandidateType.String()
}

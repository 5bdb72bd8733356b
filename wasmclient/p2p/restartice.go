package p2p

import (
	"strconv"
	"time"
)

// RestartICE negotiates a new path to a peer with new ICE credentials (RFC 8445, section
// 2.4), as a repair does. It is for people who want to see that, and for a new policy of
// [Room.RelayOnly]. A peer reads signals only while it repairs the link itself, so this side
// falls silent, as with [Room.Silence], until the peer has noticed and agreed to the new
// path: about six seconds, and eleven at most. Nothing of what is sent meanwhile is lost. It
// needs the server, does not block, and does nothing while the link is repaired already. The
// error is [ErrUnknownPeer], or an *[EndedError] when the peer is gone.
func (r *Room) RestartICE(peerID string) error {
	link := r.link(peerID)
	switch {
	case link == nil:
		return failed("restart ICE with "+strconv.Quote(peerID), ErrUnknownPeer)
	case !link.currentState().up():
		return &EndedError{Reason: link.goneReason()}
	}
	link.work.Post(link.restartSilently)
	return nil
}

// RelayOnly lets the connections of the room go through TURN servers only, as
// [WithRelayOnly] does from the start. A new connection replaces each one when its path is
// negotiated next, as by [Room.RestartICE]. Peers may know this side's address already. The
// error is [ErrNoRelay] if there is no TURN server.
func (r *Room) RelayOnly() error {
	if !r.HasRelay() {
		return failed("connect by relays only", ErrNoRelay)
	}
	r.relayOnly.Store(true)
	return nil
}

// HasRelay reports whether there is a TURN server for this room: one of
// [WithICEServers], or of the Signaling service.
func (r *Room) HasRelay() bool { return r.ways().HasRelay() }

// restartSilently begins a repair of a link that needs none. It offers a new path as soon
// as the server can be asked, and is silent so that the peer begins a repair too.
func (l *link) restartSilently() {
	connection := l.current()
	if l.currentState() != linkOpen || !connection.shut() {
		return
	}
	clock := l.room.settings.clock
	l.interrupt()
	// After that, the peer would have negotiated a new path by itself.
	l.repair.wanted = time.AfterFunc(clock.unheard+clock.restart, connection.open)
	l.beat()
}

// agreed notes that both sides have negotiated a new path, which ends the silence.
func (l *link) agreed() {
	l.repair.agreed = time.Now()
	if silence := l.repair.wanted; silence != nil {
		l.repair.wanted = nil
		if silence.Stop() {
			silence.Reset(0)
		}
	}
}

package p2p

import (
	"strconv"
	"time"
)

// Stats describes the path to a peer.
type Stats struct {
	// Path says whether a TURN server is between.
	Path Path
	// LocalCandidate and RemoteCandidate are the types of the candidates in use:
	// "host", "srflx", "prflx" or "relay" (RTCIceCandidateType of W3C WebRTC). Empty:
	// the platform does not say.
	LocalCandidate, RemoteCandidate string
	// RoundTrip is the last round trip time that ICE has measured. Zero: the platform
	// does not say.
	RoundTrip time.Duration
	// BytesSent and BytesReceived count what has passed on this path, without the
	// headers of IP and UDP. A repair of the path may begin from zero.
	BytesSent, BytesReceived uint64
}

// Path is the kind of path to a peer.
type Path string

// The kinds of paths.
const (
	// PathUnknown means that the platform does not say.
	PathUnknown Path = ""
	// PathDirect means that nothing but routers is between the two.
	PathDirect Path = "direct"
	// PathRelay means that a TURN server passes everything on, encrypted.
	PathRelay Path = "relay"
)

// Stats describes the path to a peer that is not gone. The error is [ErrUnknownPeer]
// for an id that is not in the room, and an *[EndedError] when that peer is gone. In a
// browser it waits for the browser, so never call it in an event handler there.
func (r *Room) Stats(peerID string) (Stats, error) {
	link := r.link(peerID)
	if link == nil {
		return Stats{}, failed("stats of "+strconv.Quote(peerID), ErrUnknownPeer)
	}
	if !link.currentState().up() {
		return Stats{}, link.ended()
	}
	known := link.current().pc.Stats()
	stats := Stats{
		LocalCandidate: known.Local, RemoteCandidate: known.Remote,
		RoundTrip: known.RoundTrip, BytesSent: known.BytesSent, BytesReceived: known.BytesReceived,
	}
	switch {
	case known.Local == "relay", known.Remote == "relay":
		stats.Path = PathRelay
	case known.Local != "" && known.Remote != "":
		stats.Path = PathDirect
	}
	return stats, nil
}

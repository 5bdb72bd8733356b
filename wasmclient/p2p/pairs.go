package p2p

import "time"

// TracePair is one pair of candidates that ICE tries
// (https://www.w3.org/TR/webrtc-stats/#candidatepair-dict*).
type TracePair struct {
	// Local and Remote are the addresses of the candidates, such as
	// "192.0.2.1:5000/udp" or "[2001:db8::1]:5000/udp". A browser hides some: it gives a
	// name that ends with ".local" instead, or nothing before the port.
	Local, Remote string
	// LocalType and RemoteType are the types of the candidates: "host", "srflx", "prflx"
	// or "relay".
	LocalType, RemoteType string
	// State is the RTCStatsIceCandidatePairState: "frozen", "waiting", "in-progress",
	// "failed" or "succeeded".
	State string
	// Selected says that this pair is in use.
	Selected bool
	// RTT is the last round trip time that ICE has measured on it. Zero: unknown.
	RTT time.Duration
	// BytesSent and BytesReceived count what has passed on it, without the headers of IP
	// and UDP.
	BytesSent, BytesReceived uint64
}

// Pairs returns the pairs of candidates of the connection to a peer, at most 64, and
// the one in use first. It returns nil for a peer that is gone or is not in the room.
// In a browser it waits for the browser, so never call it in an event handler there.
func (r *Room) Pairs(peerID string) []TracePair {
	link := r.link(peerID)
	if link == nil || !link.currentState().up() {
		return nil
	}
	return link.current().pairs()
}

func (c *connection) pairs() []TracePair {
	var pairs []TracePair
	for _, pair := range c.pc.Pairs() {
		pairs = append(pairs, TracePair(*pair))
	}
	return pairs
}

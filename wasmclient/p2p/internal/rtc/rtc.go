// Package rtc is the part of WebRTC that package p2p uses, with the names of W3C
// WebRTC: natively with pion, in a browser with its RTCPeerConnection.
package rtc

import (
	"slices"
	"strings"
	"time"
)

// Engine makes connections: [Platform], or a simulated network in tests.
type Engine func(Configuration, Events) (Connection, error)

// Connection is the part of an RTCPeerConnection that is needed. The methods that
// negotiate and Close are called by one goroutine at a time, and never in a
// callback of the browser; the others are safe for concurrent use.
type Connection interface {
	// CreateOffer returns an offer; with restart, of another path (an ICE restart).
	CreateOffer(restart bool) (Description, error)
	CreateAnswer() (Description, error)
	SetLocalDescription(Description) error
	SetRemoteDescription(Description) error
	AddICECandidate(Candidate) error
	// Rollback withdraws an unanswered offer of this side. The connection must have
	// been negotiated before.
	Rollback() error
	// SetConfiguration sets the configuration for the next ICE restart. If the platform
	// rejects it, the old one stays.
	SetConfiguration(Configuration)

	// LocalSDP returns the text of the local description, or "".
	LocalSDP() string
	// CurrentSDP returns the texts of the descriptions that this side and the peer have
	// agreed on last, or "".
	CurrentSDP() (local, remote string)
	SignalingState() SignalingState
	ICEState() ICEState
	State() State
	// Stats returns what is known of the candidate pair in use; the zero Stats if
	// there is none. In a browser it waits for the browser.
	Stats() Stats
	// Pairs returns the pairs of candidates, at most 64, and the one in use first. In a
	// browser it waits for the browser.
	Pairs() []*Pair

	// NewChannel makes a negotiated, ordered, reliable data channel.
	NewChannel(label string, id uint16, events ChannelEvents) (Channel, error)
	// Platform returns pion's *webrtc.PeerConnection, or the browser's
	// RTCPeerConnection as a js.Value.
	Platform() any
	// EndWithPage returns when what is queued is on its way, because the page ends
	// now. Where there is no page it does nothing.
	EndWithPage()
	// Close frees everything except the channels, which Release frees.
	Close()
}

// Channel is the part of an RTCDataChannel that is needed. All methods are safe for
// concurrent use; none blocks.
type Channel interface {
	// Send queues a message. While the network is down it stays queued.
	Send([]byte) error
	BufferedAmount() uint64
	SetBufferedAmountLowThreshold(uint64)
	// Close closes the channel after all queued messages are sent.
	Close()
	// StopMessages ends the events of messages, those that have come already included. It
	// may be called in an event.
	StopMessages()
	// Release ends the events. Call it after the connection is closed.
	Release()
}

// Events are callbacks for the events of a connection. They are called from any
// goroutine or from the browser's event loop, so they must not block.
type Events struct {
	Candidate   func(*Candidate) // nil: gathering has ended
	ServerError func(code int)   // of a STUN or TURN server: errorCode of RTCPeerConnectionIceErrorEvent
	State       func()
	// Trace is called with each new state of what kind names: one of the constants below.
	// Nil: nobody wants to know, and nothing is done to find out.
	Trace func(kind, state string)
}

// The kinds of states, with the names of p2p.TraceKind.
const (
	gatheringKind  = "gathering_state"
	signalingKind  = "signaling_state"
	iceKind        = "ice_state"
	connectionKind = "connection_state"
	dtlsKind       = "dtls_state"
	sctpKind       = "sctp_state"
)

// ServerUnreachable is the code of a server that does not answer. Pion and Firefox do
// not tell it.
const ServerUnreachable = 701

// ChannelEvents are callbacks for the events of a data channel: Opened and Closed
// at most once each, messages in order. They must not block.
type ChannelEvents struct {
	Opened, Closed, Drained func()
	Message                 func([]byte)
}

// Configuration is the part of RTCConfiguration that is needed.
type Configuration struct {
	Servers []ICEServer
	// RelayOnly is the policy "relay" of RTCIceTransportPolicy: nothing is sent but
	// through TURN servers.
	RelayOnly bool
}

// HasRelay reports whether there is a TURN server.
func (c Configuration) HasRelay() bool { return c.has("turn") }

// HasSTUN reports whether there is a STUN server that answers over UDP.
func (c Configuration) HasSTUN() bool { return c.has("stun:") }

func (c Configuration) has(scheme string) bool {
	return slices.ContainsFunc(c.Servers, func(server ICEServer) bool {
		return slices.ContainsFunc(server.URLs, func(url string) bool { return strings.HasPrefix(url, scheme) })
	})
}

// Equal reports whether both are the same.
func (c Configuration) Equal(other Configuration) bool {
	return c.RelayOnly == other.RelayOnly && slices.EqualFunc(c.Servers, other.Servers, func(a, b ICEServer) bool {
		return slices.Equal(a.URLs, b.URLs) && a.Username == b.Username && a.Credential == b.Credential
	})
}

// ICEServer is RTCIceServer. An empty username: none is needed.
type ICEServer struct {
	URLs                 []string
	Username, Credential string
}

// Description is RTCSessionDescription.
type Description struct {
	Type DescriptionType
	SDP  string
}

// DescriptionType is RTCSdpType.
type DescriptionType string

// The types of a description.
const (
	TypeOffer  DescriptionType = "offer"
	TypeAnswer DescriptionType = "answer"
)

// Candidate is RTCIceCandidateInit. Nil fields are unset.
type Candidate struct {
	Candidate        string
	SDPMid           *string
	SDPMLineIndex    *uint32
	UsernameFragment *string
}

// SignalingState is RTCSignalingState.
type SignalingState string

// The signaling states that are told apart.
const (
	SignalingStable         SignalingState = "stable"
	SignalingHaveLocalOffer SignalingState = "have-local-offer"
)

// ICEState is RTCIceConnectionState.
type ICEState string

// The states of ICE that are told apart.
const (
	ICENew       ICEState = "new"
	ICEConnected ICEState = "connected"
	ICECompleted ICEState = "completed"
)

// State is RTCPeerConnectionState.
type State string

// The states of a connection that are told apart.
const (
	StateNew          State = "new"
	StateConnecting   State = "connecting"
	StateConnected    State = "connected"
	StateDisconnected State = "disconnected"
	StateFailed       State = "failed"
	StateClosed       State = "closed"
)

// Stats describes the candidate pair in use.
type Stats struct {
	// Local and Remote are the types of its candidates: "host", "srflx", "prflx" or
	// "relay". Empty: unknown.
	Local, Remote string
	// RoundTrip is the last round trip time that ICE has measured. Zero: unknown.
	RoundTrip time.Duration
	// BytesSent and BytesReceived count what has passed, without the headers of IP
	// and UDP.
	BytesSent, BytesReceived uint64
}

package p2p

import "time"

// Trace is one step inside a Client: what a panel or a log shows to people who want to see
// how a connection comes up. Secrets in it are masked, and what people write to each other
// is never in it. Fields that a kind does not have are empty.
type Trace struct {
	// At is when it happened.
	At time.Time
	// Kind says what happened. Callers skip values they do not know.
	Kind TraceKind
	// Call tells the calls of the server apart: they are counted from 1 in a Client. Zero:
	// the step is of no call.
	Call int
	// Procedure and Service name the procedure, such as "FindMatch" of "matchmaking". The
	// other service is "signaling". Set with Call.
	Procedure, Service string
	// Peer is the peer that it is about. Empty: it is about none, or it is not known yet.
	Peer string
	// Connection is the connection_id of this side's RTCPeerConnection, or of the peer's
	// with TraceRemoteDescription, TraceRemoteCandidate and TraceRemoteCandidatesEnd.
	// Empty: none.
	Connection string
	// Type is the full name of the Protobuf message in JSON, or "".
	Type string
	// JSON is the message, in the form of Protobuf JSON and with secrets masked. What the
	// peer or the server chose in it is not to be trusted.
	JSON string
	// Bytes is the length of the encoded message.
	Bytes int
	// State is the new state; or what the comment of the kind says.
	State string
	// SDP is the text of a description, with ice-pwd masked.
	SDP string
	// Candidate is the line of a candidate (RFC 8839, section 5.1).
	Candidate string
	// Duration is the round trip with TraceRTT, and how long the call took with
	// TraceCallEnded.
	Duration time.Duration
	// Pairs are all pairs of candidates. Set with TracePairs.
	Pairs []TracePair
}

// TraceKind is the kind of a step.
type TraceKind string

// The kinds of calls of the server.
const (
	// TraceCallSent: a call begins. JSON is the request.
	TraceCallSent TraceKind = "call_sent"
	// TraceCallAnswered: the headers of the response have come, or its first message.
	TraceCallAnswered TraceKind = "call_answered"
	// TraceEvent: a message of a stream has come, and is in JSON.
	TraceEvent TraceKind = "event"
	// TraceResponse: the response of a unary call has come, and is in JSON.
	TraceResponse TraceKind = "response"
	// TraceCallEnded: a call is over. State is the code of its error
	// (https://connectrpc.com/docs/protocol#error-codes), or empty; it is "canceled" for a
	// stream that this side has ended.
	TraceCallEnded TraceKind = "call_ended"
	// TraceToken: a room token has come. JSON has its header and its claims as the server
	// wrote them, which nobody has verified here; long texts are masked. Bytes is the length
	// of the token.
	TraceToken TraceKind = "token"
)

// The kinds of steps of an RTCPeerConnection. The states are those of W3C WebRTC. One that
// is passed in a moment may be left out.
const (
	// TraceConnectionCreated: there is another RTCPeerConnection.
	TraceConnectionCreated TraceKind = "connection_created"
	// TraceLocalDescription and TraceRemoteDescription: a description is applied. State is
	// "offer" or "answer".
	TraceLocalDescription  TraceKind = "local_description"
	TraceRemoteDescription TraceKind = "remote_description"
	// TraceLocalCandidate and TraceRemoteCandidate: there is another candidate, besides
	// those in descriptions. State is its type: "host", "srflx", "prflx" or "relay".
	TraceLocalCandidate  TraceKind = "local_candidate"
	TraceRemoteCandidate TraceKind = "remote_candidate"
	// TraceLocalCandidatesEnd and TraceRemoteCandidatesEnd: that side has no more of them.
	TraceLocalCandidatesEnd  TraceKind = "local_candidates_end"
	TraceRemoteCandidatesEnd TraceKind = "remote_candidates_end"
	// TraceGatheringState has an RTCIceGatheringState.
	TraceGatheringState TraceKind = "gathering_state"
	// TraceSignalingState has an RTCSignalingState.
	TraceSignalingState TraceKind = "signaling_state"
	// TraceICEState has an RTCIceConnectionState.
	TraceICEState TraceKind = "ice_state"
	// TraceConnectionState has an RTCPeerConnectionState.
	TraceConnectionState TraceKind = "connection_state"
	// TraceDTLSState has an RTCDtlsTransportState.
	TraceDTLSState TraceKind = "dtls_state"
	// TraceSCTPState has an RTCSctpTransportState.
	TraceSCTPState TraceKind = "sctp_state"
	// TraceChannelOpen: a data channel is open. State is its label.
	TraceChannelOpen TraceKind = "channel_open"
	// TracePeerMessage: a message that the two sides send each other by themselves, such
	// as a Proof, is "sent" or "received", says State. Of many in a second, some are
	// left out.
	TracePeerMessage TraceKind = "peer_message"
	// TraceConnectionClosed: this side has closed the connection. State is the [Reason]
	// why the peer is gone, or empty if it is not.
	TraceConnectionClosed TraceKind = "connection_closed"
)

// The kinds of steps in the life of a link.
const (
	// TraceRTT: the peer has answered a ping after Duration.
	TraceRTT TraceKind = "rtt"
	// TracePairs: the state of the connection has changed, and Pairs are those of now.
	TracePairs TraceKind = "pairs"
	// TraceInterrupted: nothing comes from the peer any more, and the repair begins.
	TraceInterrupted TraceKind = "interrupted"
	// TraceRestart: this side begins to offer an ICE restart.
	TraceRestart TraceKind = "restart"
	// TraceRestored: messages come again.
	TraceRestored TraceKind = "restored"
	// TraceReleased: no link needs the server, so this side ends the stream from it.
	TraceReleased TraceKind = "released"
)

// WithTrace sets a function that is called with each step inside: calls of the server and
// their messages, descriptions, candidates, states, repairs. It is called in order, from
// any goroutine but one at a time, until the room of a Find is closed and the server knows
// it. It must return soon, must not call the Client or the Room, and in a browser must not
// wait for it. Default: none, which costs nothing.
func WithTrace(trace func(Trace)) Option {
	if trace == nil {
		return func(s *settings) { s.trace = nil }
	}
	t := newTracing(trace)
	return func(s *settings) { s.trace = t }
}

package p2p

import (
	"errors"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

// ErrUnknownPeer is returned for a peer id that names nobody in the room.
var ErrUnknownPeer = errors.New("no such peer in the room")

// ErrNoRelay is returned when only relays may be used, and there is no TURN server.
var ErrNoRelay = errors.New("the server offers no TURN server")

// Code says what kind of error a call to the server met, as the Connect protocol
// names it (https://connectrpc.com/docs/protocol#error-codes), such as
// "resource_exhausted".
type Code string

// CodeOf returns the code of an error of this package: "unknown" if it is not about
// a call to the server, and "" for nil.
func CodeOf(err error) Code { return Code(rpc.CodeOf(err)) }

// AvoidRefused reports whether the server refused a search because of the pseudonyms of
// [WithAvoid]: they are of another server, or it has replaced its key. A search without
// them may succeed.
func AvoidRefused(err error) bool { return rpc.Names(err, "avoid") }

// EndedError says why a search or a room ended.
type EndedError struct {
	// Reason is the cause in one word. Callers skip values they do not know.
	Reason Reason
	// RetryAfter is how long to wait before searching again. Zero: no need to
	// wait.
	RetryAfter time.Duration
	// Unconfirmed is how many of the messages that this side sent last may not
	// have arrived at the last peer before it was gone. Zero for peers that do
	// not confirm what arrives: those that answer no Ping.
	Unconfirmed int
	// Diagnosis is why the last peer could not be reached. Set with
	// ReasonConnectFailed.
	Diagnosis Diagnosis
	// Err is the underlying error, or nil.
	Err error
}

// Error returns the reason and, if there is one, the underlying error.
func (e *EndedError) Error() string {
	if e.Err == nil {
		return "ended: " + string(e.Reason)
	}
	return "ended: " + string(e.Reason) + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *EndedError) Unwrap() error { return e.Err }

// Reason is why a search or a room ended.
type Reason string

// The reasons of a search are Expired, Superseded, ConnectFailed,
// PeerMissing, Refused, StreamBlocked and TooManyTabs; those of a room are the others.
const (
	// ReasonClosed: this side called Close.
	ReasonClosed Reason = "closed"
	// ReasonPeerLeft: the last peer said it ended the chat.
	ReasonPeerLeft Reason = "peer_left"
	// ReasonPeerNext: the last peer said it looks for somebody else.
	ReasonPeerNext Reason = "peer_next"
	// ReasonPeerClosed: the last peer said that it closed its page, or left it.
	ReasonPeerClosed Reason = "peer_closed"
	// ReasonPeerGone: the last peer vanished without a word.
	ReasonPeerGone Reason = "peer_gone"
	// ReasonOverrun: the last peer sent more than 256 messages at once and 64 a second that
	// are not delivered: pings, and what this side does not know.
	ReasonOverrun Reason = "overrun"
	// ReasonUnread: one side had not read what the other one had sent, and had no room for
	// more; see [Room.Messages]. The last peer or this side ended the chat for that. It
	// happens only if one of the two does not know Credit.
	ReasonUnread Reason = "unread"
	// ReasonUnverified: who came by the invite does not know its secret, or somebody is
	// between the two; see [WithInvite]. A search ends with it after three such peers in a
	// row.
	ReasonUnverified Reason = "unverified"
	// ReasonExpired: nobody came within the longest time that the server lets
	// people wait.
	ReasonExpired Reason = "expired"
	// ReasonSuperseded: a newer search of this client took the place.
	ReasonSuperseded Reason = "superseded"
	// ReasonConnectFailed: no connection could be made to three partners in a
	// row.
	ReasonConnectFailed Reason = "connect_failed"
	// ReasonPeerMissing: three partners in a row did not join the room.
	ReasonPeerMissing Reason = "peer_missing"
	// ReasonRefused: the server refused the request, or its URL is none; see [CodeOf].
	ReasonRefused Reason = "refused"
	// ReasonStreamBlocked: the server can be reached, but no event arrives, not
	// even with long polling. A proxy on the way probably buffers responses.
	ReasonStreamBlocked Reason = "stream_blocked"
	// ReasonTooManyTabs: other tabs of this browser use all streams to the server
	// that its connections allow. It works again when one of them has found its
	// partner or stops. Only in browsers that use HTTP/1.1 to the server.
	ReasonTooManyTabs Reason = "too_many_tabs"
)

// failed returns err with the step that failed before it. Package fmt would be a
// twelfth of the browser client.
func failed(step string, err error) error { return &stepError{step, err} }

type stepError struct {
	step string
	err  error
}

func (e *stepError) Error() string { return e.step + ": " + e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

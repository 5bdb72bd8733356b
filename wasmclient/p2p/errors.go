package p2p

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	errdetails "github.com/wasmp2pchat/wasmp2pchat/gen/golite/google/rpc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

// ErrUnknownPeer is returned for a peer id that names nobody in the room.
var ErrUnknownPeer = errors.New("no such peer in the room")

// Code says what kind of error a call to the server met, as the Connect protocol
// names it (https://connectrpc.com/docs/protocol#error-codes), such as
// "resource_exhausted".
type Code string

// CodeOf returns the code of an error of this package: "unknown" if it is not about
// a call to the server, and "" for nil.
func CodeOf(err error) Code { return Code(rpc.CodeOf(err)) }

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
	// Err is the underlying error, or nil.
	Err error
}

// Error returns the reason and, if there is one, the underlying error.
func (e *EndedError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("ended: %s", e.Reason)
	}
	return fmt.Sprintf("ended: %s: %v", e.Reason, e.Err)
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
	// ReasonOverrun: the last peer sent more than this side read, or more than 256
	// messages at once and 64 a second that are not delivered; see
	// [Room.Messages] for the other bounds.
	ReasonOverrun Reason = "overrun"
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

// refused reports whether a retry is useless. Codes are also derived from
// the status of a proxy or from a broken stream, so most codes count only if a
// server of ours sent them.
func refused(err error) bool {
	switch rpc.CodeOf(err) {
	case rpc.CodeUnimplemented, rpc.CodeUnauthenticated, rpc.CodePermissionDenied:
		return true
	case rpc.CodeInvalidArgument, rpc.CodeNotFound, rpc.CodeAlreadyExists,
		rpc.CodeFailedPrecondition, rpc.CodeOutOfRange:
		return rpc.IsWire(err)
	default:
		return false
	}
}

// retryAfter returns how long the server asks to wait, from the error's
// google.rpc.RetryInfo. Zero: there is none.
func retryAfter(err error) time.Duration {
	var info errdetails.RetryInfo
	rpc.DetailOf(err, "google.rpc.RetryInfo", info.UnmarshalVT)
	return max(info.GetRetryDelay().AsDuration(), 0)
}

// reasonOf returns the reason in the error's google.rpc.ErrorInfo, or "".
func reasonOf(err error) string {
	var info errdetails.ErrorInfo
	rpc.DetailOf(err, "google.rpc.ErrorInfo", info.UnmarshalVT)
	return info.GetReason()
}

// violations returns the fields of the request that the error's
// google.rpc.BadRequest is about.
func violations(err error) (fields []string) {
	var bad errdetails.BadRequest
	rpc.DetailOf(err, "google.rpc.BadRequest", bad.UnmarshalVT)
	for _, violation := range bad.GetFieldViolations() {
		fields = append(fields, violation.GetField())
	}
	return fields
}

// names reports whether the error is about a field of the request or about an
// element of it.
func names(err error, field string) bool {
	return slices.ContainsFunc(violations(err), func(violation string) bool {
		name, _, _ := strings.Cut(violation, "[")
		return name == field
	})
}

// refusedElements returns which elements of a list the error is about.
func refusedElements(err error, list string) (indexes []int) {
	for _, violation := range violations(err) {
		rest, is := strings.CutPrefix(violation, list+"[")
		number, _, closed := strings.Cut(rest, "]")
		if i, err := strconv.Atoi(number); is && closed && err == nil && i >= 0 {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

package p2p

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"
)

var (
	// ErrTooLarge is returned for an envelope of more than 64 KB.
	ErrTooLarge = errors.New("envelope is larger than 64 KB")
	// ErrNoContent is returned for an envelope without content.
	ErrNoContent = errors.New("envelope has no content")
	// ErrUnknownPeer is returned for a peer id that names nobody in the room.
	ErrUnknownPeer = errors.New("no such peer in the room")
)

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
	// ReasonRefused: the server refused the request, or its URL is none; Err is a
	// *connect.Error.
	ReasonRefused Reason = "refused"
	// ReasonStreamBlocked: the server can be reached, but no event arrives, not
	// even with long polling. A proxy on the way probably buffers responses.
	ReasonStreamBlocked Reason = "stream_blocked"
	// ReasonTooManyTabs: other tabs of this browser use all streams to the server
	// that its connections allow. It works again when one of them has found its
	// partner or stops. Only in browsers that use HTTP/1.1 to the server.
	ReasonTooManyTabs Reason = "too_many_tabs"
)

// refused reports whether a retry is useless. connect-go also derives codes from
// the status of a proxy or from a broken stream, so most codes count only if a
// server of ours sent them.
func refused(err error) bool {
	switch connect.CodeOf(err) {
	case connect.CodeUnimplemented, connect.CodeUnauthenticated, connect.CodePermissionDenied:
		return true
	case connect.CodeInvalidArgument, connect.CodeNotFound, connect.CodeAlreadyExists,
		connect.CodeFailedPrecondition, connect.CodeOutOfRange:
		return connect.IsWireError(err)
	default:
		return false
	}
}

// retryAfter returns how long the server asks to wait, from the error's
// google.rpc.RetryInfo. Zero: there is none.
func retryAfter(err error) time.Duration {
	info, _ := detail[*errdetails.RetryInfo](err)
	return max(info.GetRetryDelay().AsDuration(), 0)
}

// names reports whether the error's google.rpc.BadRequest is about a field of
// the request or about an element of it.
func names(err error, field string) bool {
	bad, _ := detail[*errdetails.BadRequest](err)
	return slices.ContainsFunc(bad.GetFieldViolations(), func(violation *errdetails.BadRequest_FieldViolation) bool {
		name, _, _ := strings.Cut(violation.GetField(), "[")
		return name == field
	})
}

// refusedElements returns which elements of a list the error's
// google.rpc.BadRequest is about.
func refusedElements(err error, list string) (indexes []int) {
	bad, _ := detail[*errdetails.BadRequest](err)
	for _, violation := range bad.GetFieldViolations() {
		rest, is := strings.CutPrefix(violation.GetField(), list+"[")
		number, _, closed := strings.Cut(rest, "]")
		if i, err := strconv.Atoi(number); is && closed && err == nil && i >= 0 {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// detail returns the first detail of that type of a *connect.Error.
func detail[Message proto.Message](err error) (found Message, ok bool) {
	var connectError *connect.Error
	if !errors.As(err, &connectError) {
		return found, false
	}
	for _, detail := range connectError.Details() {
		value, err := detail.Value()
		if found, ok = value.(Message); err == nil && ok {
			return found, true
		}
	}
	return found, false
}

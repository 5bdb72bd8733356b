package signalingrpc

import (
	"context"
	"errors"
	"time"

	"connectrpc.com/connect"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/rpcerror"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

const (
	// inboxRetryAfter is what a full inbox asks for: a reader that is there
	// empties it in a round trip.
	inboxRetryAfter = time.Second
	// paceRetryAfter is what a member that sends too fast is asked for.
	paceRetryAfter = time.Second
	// roomsRetryAfter is what a full server asks for: rooms that nobody uses
	// end within a minute or two.
	roomsRetryAfter = 10 * time.Second
	// storeRetryAfter is what a server without its store asks for.
	storeRetryAfter = time.Second
)

// toConnect is the one table from domain errors to the wire.
func (h *Handler) toConnect(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var (
		wire    *connect.Error
		invalid *signaling.InvalidError
	)
	switch {
	case errors.As(err, &wire):
		return wire
	case errors.As(err, &invalid):
		return rpcerror.New(connect.CodeInvalidArgument, signalingv1.ErrorReason_ERROR_REASON_INVALID_FIELD,
			invalid, rpcerror.BadRequest(invalid.Violations))
	case errors.Is(err, signaling.ErrPeerNotFound):
		return rpcerror.New(connect.CodeNotFound, signalingv1.ErrorReason_ERROR_REASON_PEER_NOT_FOUND, signaling.ErrPeerNotFound)
	case errors.Is(err, signaling.ErrNotAMember):
		return rpcerror.New(connect.CodeNotFound, signalingv1.ErrorReason_ERROR_REASON_ROOM_NOT_FOUND, signaling.ErrNotAMember)
	case errors.Is(err, signaling.ErrRoomClosed):
		return rpcerror.New(connect.CodeFailedPrecondition, signalingv1.ErrorReason_ERROR_REASON_ROOM_CLOSED, signaling.ErrRoomClosed)
	case errors.Is(err, signaling.ErrMemberLeft):
		return rpcerror.New(connect.CodeFailedPrecondition, signalingv1.ErrorReason_ERROR_REASON_MEMBER_LEFT, signaling.ErrMemberLeft)
	case errors.Is(err, signaling.ErrInboxFull):
		return rpcerror.New(connect.CodeResourceExhausted, signalingv1.ErrorReason_ERROR_REASON_INBOX_FULL,
			signaling.ErrInboxFull, rpcerror.RetryAfter(inboxRetryAfter))
	case errors.Is(err, signaling.ErrUnavailable): // before the ends of contexts, which it may wrap
		return rpcerror.New(connect.CodeUnavailable, signalingv1.ErrorReason_ERROR_REASON_UNAVAILABLE,
			signaling.ErrUnavailable, rpcerror.RetryAfter(storeRetryAfter))
	case errors.Is(err, context.Canceled):
		return rpcerror.New(connect.CodeCanceled, signalingv1.ErrorReason_ERROR_REASON_CANCELLED, context.Canceled)
	case errors.Is(err, context.DeadlineExceeded):
		return rpcerror.New(connect.CodeDeadlineExceeded, signalingv1.ErrorReason_ERROR_REASON_DEADLINE_EXCEEDED, context.DeadlineExceeded)
	case errors.Is(err, signaling.ErrTooManySignals):
		return rpcerror.New(connect.CodeResourceExhausted, signalingv1.ErrorReason_ERROR_REASON_TOO_MANY_SIGNALS,
			signaling.ErrTooManySignals, rpcerror.RetryAfter(roomsRetryAfter))
	case errors.Is(err, signaling.ErrTooFast):
		return rpcerror.New(connect.CodeResourceExhausted, signalingv1.ErrorReason_ERROR_REASON_TOO_MANY_SIGNALS,
			signaling.ErrTooFast, rpcerror.RetryAfter(paceRetryAfter))
	case errors.Is(err, signaling.ErrTooManyRooms):
		return rpcerror.New(connect.CodeResourceExhausted, signalingv1.ErrorReason_ERROR_REASON_TOO_MANY_ROOMS,
			signaling.ErrTooManyRooms, rpcerror.RetryAfter(roomsRetryAfter))
	}
	h.Logger.ErrorContext(ctx, "signaling: unexpected error", "error", err)
	return rpcerror.New(connect.CodeInternal, signalingv1.ErrorReason_ERROR_REASON_INTERNAL, errors.New("internal"))
}

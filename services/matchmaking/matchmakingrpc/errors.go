package matchmakingrpc

import (
	"context"
	"errors"
	"time"

	"connectrpc.com/connect"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/rpcerror"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

const (
	// retryAfter is what a full server asks for: tickets end within a minute or
	// two.
	retryAfter = 10 * time.Second
	// storeRetryAfter is what a server without its store asks for: most are
	// back, or replaced, within seconds.
	storeRetryAfter = time.Second
)

// toConnect is the one table from domain errors to the wire.
func (h *Handler) toConnect(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var (
		wire    *connect.Error
		invalid *matchmaking.InvalidError
	)
	switch {
	case errors.As(err, &wire):
		return wire
	case errors.As(err, &invalid):
		return rpcerror.New(connect.CodeInvalidArgument, matchmakingv1.ErrorReason_ERROR_REASON_INVALID_FIELD,
			invalid, rpcerror.BadRequest(invalid.Violations))
	case errors.Is(err, matchmaking.ErrParametersDiffer):
		return rpcerror.New(connect.CodeFailedPrecondition, matchmakingv1.ErrorReason_ERROR_REASON_PARAMETERS_DIFFER,
			matchmaking.ErrParametersDiffer)
	case errors.Is(err, errRequeueInvalid):
		return rpcerror.New(connect.CodeUnauthenticated, matchmakingv1.ErrorReason_ERROR_REASON_REQUEUE_TOKEN_INVALID, errRequeueInvalid)
	case errors.Is(err, matchmaking.ErrRequeueExpired):
		return rpcerror.New(connect.CodeUnauthenticated, matchmakingv1.ErrorReason_ERROR_REASON_REQUEUE_TOKEN_EXPIRED,
			matchmaking.ErrRequeueExpired)
	case errors.Is(err, matchmaking.ErrUnavailable):
		h.Logger.WarnContext(ctx, "matchmaking: store is unavailable", "error", err)
		return rpcerror.New(connect.CodeUnavailable, matchmakingv1.ErrorReason_ERROR_REASON_UNAVAILABLE,
			matchmaking.ErrUnavailable, rpcerror.RetryAfter(storeRetryAfter))
	case errors.Is(err, context.Canceled):
		return rpcerror.New(connect.CodeCanceled, matchmakingv1.ErrorReason_ERROR_REASON_CANCELLED, context.Canceled)
	case errors.Is(err, context.DeadlineExceeded):
		return rpcerror.New(connect.CodeDeadlineExceeded, matchmakingv1.ErrorReason_ERROR_REASON_DEADLINE_EXCEEDED, context.DeadlineExceeded)
	case errors.Is(err, matchmaking.ErrTooManyTickets):
		return rpcerror.New(connect.CodeResourceExhausted, matchmakingv1.ErrorReason_ERROR_REASON_TOO_MANY_TICKETS,
			matchmaking.ErrTooManyTickets, rpcerror.RetryAfter(retryAfter))
	}
	h.Logger.ErrorContext(ctx, "matchmaking: unexpected error", "error", err)
	return rpcerror.New(connect.CodeInternal, matchmakingv1.ErrorReason_ERROR_REASON_INTERNAL, errors.New("internal"))
}

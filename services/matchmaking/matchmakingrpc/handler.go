// Package matchmakingrpc serves a matchmaking.Engine as MatchmakingService.
package matchmakingrpc

import (
	"context"
	"errors"
	"log/slog"

	"connectrpc.com/connect"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/caller"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

var _ matchmakingv1connect.MatchmakingServiceHandler = (*Handler)(nil)

// Handler is the service. All methods may be called at once.
type Handler struct {
	// Engine keeps the tickets.
	Engine matchmaking.Engine
	// Keys sign room tokens and name clients.
	Keys *token.Keyring
	// Clock wakes the streams, and ends them when the server drains.
	Clock *serverstream.Clock
	// RelayOnly passes no introduction on: what is offered before there is a room has
	// the addresses of a person, whom peers may see through relays only.
	RelayOnly bool
	// Logger hears of faults that the caller is not told.
	Logger *slog.Logger

	beats beats
}

// FindMatch implements the RPC. It may wait for half an hour, and is suspended while
// nothing happens.
func (h *Handler) FindMatch(
	ctx context.Context,
	request *matchmakingv1.FindMatchRequest,
	stream *connect.ServerStream[matchmakingv1.FindMatchResponse],
) (err error) {
	f := serverstream.Resumed[*finding](ctx)
	if f == nil {
		if f, err = h.attach(ctx, request); err != nil {
			return h.toConnect(ctx, err)
		}
	}
	defer func() {
		if !errors.Is(err, serverstream.ErrSuspended) {
			f.watch.Close()
		}
	}()
	if err = f.run(ctx, stream); errors.Is(err, serverstream.ErrSuspended) {
		return err
	}
	f.watch.Close() // before the caller is told: nobody may count on it from then on
	serverstream.AbortIfGone(ctx)
	return f.end(ctx, err)
}

// CancelMatch implements the RPC.
func (h *Handler) CancelMatch(ctx context.Context, request *matchmakingv1.CancelMatchRequest) (*matchmakingv1.CancelMatchResponse, error) {
	if err := matchmaking.CheckRequestID(request.GetRequestId()); err != nil {
		return nil, h.toConnect(ctx, err)
	}
	pool, err := poolName(request.GetPool())
	if err != nil {
		return nil, h.toConnect(ctx, err)
	}
	outcome, err := h.Engine.Cancel(ctx, pool, request.GetRequestId(), caller.Of(ctx).Owner)
	if err != nil {
		return nil, h.toConnect(ctx, err)
	}
	response, err := h.encodeOutcome(outcome)
	return response, h.toConnect(ctx, err)
}

// GetPool implements the RPC.
func (h *Handler) GetPool(ctx context.Context, request *matchmakingv1.GetPoolRequest) (*matchmakingv1.GetPoolResponse, error) {
	name, err := poolName(request.GetPool())
	if err != nil {
		return nil, h.toConnect(ctx, err)
	}
	pool, err := h.Engine.Pool(ctx, name)
	if err != nil {
		return nil, h.toConnect(ctx, err)
	}
	return &matchmakingv1.GetPoolResponse{Waiting: count(pool.Waiting), MedianWait: unlessZero(pool.MedianWait)}, nil
}

// poolName returns the pool that a request names, or the default. The error is
// an *matchmaking.InvalidError.
func poolName(name string) (string, error) {
	if name == "" {
		name = matchmaking.DefaultPool
	}
	return name, matchmaking.CheckPool(name)
}

package matchmakingrpc

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// finding is what a stream of FindMatch needs while it waits. Its call may be
// suspended then.
type finding struct {
	handler   *Handler
	stream    *connect.ServerStream[matchmakingv1.FindMatchResponse] // nil: the call is suspended
	watch     matchmaking.Watch
	events    serverstream.Stream[matchmaking.Event]
	interests []string // as typed
	pool      string
	busy      matchmaking.Pool // as last seen
}

// attach makes the ticket of a request wait.
func (h *Handler) attach(ctx context.Context, request *matchmakingv1.FindMatchRequest) (*finding, error) {
	arrival, err := h.decode(ctx, request)
	if err != nil {
		return nil, err
	}
	watch, err := h.Engine.Attach(ctx, arrival)
	if err != nil {
		return nil, err
	}
	f := &finding{handler: h, watch: watch, interests: request.GetInterests(), pool: arrival.Pool}
	f.events = serverstream.Stream[matchmaking.Event]{
		Watch:   watch,
		Woken:   matchmaking.ErrWoken,
		Send:    f.send,
		Beat:    f.beat,
		Write:   f.write,
		Longest: request.GetMaxStream().AsDuration(),
		Clock:   h.Clock,

		Suspended: f,
	}
	return f, nil
}

func (f *finding) send(event matchmaking.Event) error {
	if queued, ok := event.(matchmaking.Queued); ok {
		f.busy = queued.Pool
	}
	message, err := f.handler.encode(asTyped(event, f.interests))
	if err != nil {
		return err
	}
	return f.stream.Send(message)
}

// run runs the stream until it ends, or its call is suspended.
func (f *finding) run(ctx context.Context, stream *connect.ServerStream[matchmakingv1.FindMatchResponse]) error {
	f.stream = stream
	err := f.events.Run(ctx)
	if errors.Is(err, serverstream.ErrSuspended) {
		f.stream = nil
	}
	return err
}

func (f *finding) beat() (*serverstream.Shared, error) {
	latest, err := f.handler.beat(context.Background(), f.pool)
	switch {
	case err == nil:
		f.busy = latest.busy
		return latest.message, nil
	case errors.Is(err, matchmaking.ErrUnavailable): // the wait goes on, and so does the stream
		return serverstream.NewShared(heartbeat(f.busy)), nil
	}
	return nil, err
}

func (f *finding) write(message *serverstream.Shared) error { return f.stream.Conn().Send(message) }

// end tells why the stream ended, unless its last event did.
func (f *finding) end(ctx context.Context, why error) error {
	switch {
	case errors.Is(why, serverstream.ErrDraining):
		return f.stream.Send(detached(matchmakingv1.Detached_REASON_DRAINING))
	case errors.Is(why, serverstream.ErrRotate):
		return f.stream.Send(detached(matchmakingv1.Detached_REASON_ROTATE))
	case errors.Is(why, serverstream.ErrSlowReader):
		return f.stream.Send(detached(matchmakingv1.Detached_REASON_SLOW_READER))
	}
	return f.handler.toConnect(ctx, why)
}

// Package signalingrpc serves a signaling.Engine as SignalingService.
package signalingrpc

import (
	"context"
	"errors"
	"log/slog"

	"connectrpc.com/connect"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/caller"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/rpcerror"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

var _ signalingv1connect.SignalingServiceHandler = (*Handler)(nil)

// Handler is the service. All methods may be called at once. It must be
// mounted with connect.WithInterceptors(Authenticate(keys)).
type Handler struct {
	// Engine keeps the rooms.
	Engine signaling.Engine
	// Keys sign requeue tokens.
	Keys *token.Keyring
	// ICEServers are handed to the members.
	ICEServers iceserver.List
	// Clock wakes the streams, and ends them when the server drains.
	Clock *serverstream.Clock
	// Logger hears of faults that the caller is not told.
	Logger *slog.Logger
}

// JoinRoom implements the RPC.
func (h *Handler) JoinRoom(
	ctx context.Context,
	request *signalingv1.JoinRoomRequest,
	stream *connect.ServerStream[signalingv1.JoinRoomResponse],
) error {
	if violation := rpcerror.CheckDuration("max_stream", request.GetMaxStream()); violation != nil {
		return h.toConnect(ctx, &signaling.InvalidError{Violations: []signaling.Violation{*violation}})
	}
	first, err := decodeFirst(request.GetFirstSignals())
	if err != nil {
		return h.toConnect(ctx, err)
	}
	room := roomFrom(ctx)
	watch, err := h.Engine.Join(ctx, passFrom(ctx), signaling.Entry{Cursor: request.GetCursor(), Attempt: request.GetAttempt(), First: first})
	if err != nil {
		return h.toConnect(ctx, err)
	}
	defer watch.Close()

	cursor := request.GetCursor()
	err = (&serverstream.Stream[signaling.Event]{
		Watch: watch,
		Woken: signaling.ErrWoken,
		Send: func(event signaling.Event) error {
			message, err := h.encode(room, event)
			if err != nil {
				return err
			}
			cursor = message.GetCursor()
			return stream.Send(message)
		},
		Beat:    func() (*serverstream.Shared, error) { return serverstream.NewShared(heartbeat(cursor)), nil },
		Write:   func(message *serverstream.Shared) error { return stream.Conn().Send(message) },
		Longest: request.GetMaxStream().AsDuration(),
		Clock:   h.Clock,
	}).Run(ctx)
	watch.Close() // before the caller is told: nobody may count on it from then on
	serverstream.AbortIfGone(ctx)
	switch {
	case errors.Is(err, serverstream.ErrDraining):
		return stream.Send(detached(cursor, signalingv1.Detached_REASON_DRAINING))
	case errors.Is(err, serverstream.ErrRotate):
		return stream.Send(detached(cursor, signalingv1.Detached_REASON_ROTATE))
	case errors.Is(err, serverstream.ErrSlowReader):
		return stream.Send(detached(cursor, signalingv1.Detached_REASON_SLOW_READER))
	}
	return h.toConnect(ctx, err)
}

// SendSignals implements the RPC.
func (h *Handler) SendSignals(ctx context.Context, request *signalingv1.SendSignalsRequest) (*signalingv1.SendSignalsResponse, error) {
	signals := decodeSignals(request.GetSignals())
	if err := signaling.CheckSignals(request.GetFirstSeq(), signals); err != nil {
		return nil, h.toConnect(ctx, err)
	}
	last, err := h.Engine.Append(ctx, passFrom(ctx), request.GetToPeerId(), request.GetFirstSeq(), signals)
	if err != nil {
		return nil, h.toConnect(ctx, err)
	}
	return &signalingv1.SendSignalsResponse{LastStoredSeq: last}, nil
}

// LeaveRoom implements the RPC.
func (h *Handler) LeaveRoom(ctx context.Context, _ *signalingv1.LeaveRoomRequest) (*signalingv1.LeaveRoomResponse, error) {
	if err := h.Engine.Leave(ctx, passFrom(ctx)); err != nil {
		return nil, h.toConnect(ctx, err)
	}
	return &signalingv1.LeaveRoomResponse{}, nil
}

// ReportOutcome implements the RPC.
func (h *Handler) ReportOutcome(ctx context.Context, request *signalingv1.ReportOutcomeRequest) (*signalingv1.ReportOutcomeResponse, error) {
	outcome, err := h.decodeOutcome(roomFrom(ctx).ID, request)
	if err != nil {
		return nil, h.toConnect(ctx, err)
	}
	confirmed, err := h.Engine.Report(ctx, passFrom(ctx), request.GetPeerId(), outcome)
	if err != nil {
		return nil, h.toConnect(ctx, err)
	}
	return &signalingv1.ReportOutcomeResponse{Confirmed: confirmed}, nil
}

// GetIceServers implements the RPC.
func (h *Handler) GetIceServers(ctx context.Context, _ *signalingv1.GetIceServersRequest) (*signalingv1.GetIceServersResponse, error) {
	response := &signalingv1.GetIceServersResponse{IcePolicy: h.icePolicy(), Relays: h.ICEServers.Relays()}
	if room := roomFrom(ctx); room.ID == "" {
		response.IceServers = encodeICEServers(h.ICEServers.Open())
	} else {
		response.IceServers, response.ExpiresIn = h.iceServers(room)
	}
	return response, nil
}

// passFrom turns what the caller's token says into what the domain believes.
func passFrom(ctx context.Context) signaling.Pass {
	room := roomFrom(ctx)
	pass := signaling.Pass{
		RoomID:    room.ID,
		Slot:      room.Slot,
		MatchedAt: room.MatchedAt,
		Expires:   room.Expires,
		Requeues:  room.Requeues,
		Owner:     caller.Of(ctx).Owner,

		Introduced: room.Introduced,
	}
	for _, member := range room.Members {
		pass.Members = append(pass.Members, signaling.Member{PeerID: member.PeerID, Pseudonym: member.Sealed})
	}
	return pass
}

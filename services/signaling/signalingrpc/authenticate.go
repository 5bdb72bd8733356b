package signalingrpc

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"connectrpc.com/connect"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/rpcerror"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// Authenticate lets only calls through that bear a valid room token, unary
// and streaming, and calls of GetIceServers that bear none.
func Authenticate(keys *token.Keyring) connect.Interceptor {
	return &authenticator{keys: keys}
}

type authenticator struct{ keys *token.Keyring }

type roomKey struct{}

const authorization = "Authorization"

// roomFrom returns what the caller's token says, as Authenticate left it in
// the context. Without an ID the caller has none.
func roomFrom(ctx context.Context) token.Room {
	room, _ := ctx.Value(roomKey{}).(token.Room)
	return room
}

func (a *authenticator) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		if open := request.Spec().Procedure == signalingv1connect.SignalingServiceGetIceServersProcedure; open && request.Header().Get(authorization) == "" {
			return next(ctx, request)
		}
		ctx, err := a.authenticate(ctx, request.Header())
		if err != nil {
			return nil, err
		}
		return next(ctx, request)
	}
}

func (a *authenticator) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, stream connect.StreamingHandlerConn) error {
		ctx, err := a.authenticate(ctx, stream.RequestHeader())
		if err != nil {
			return err
		}
		return next(ctx, stream)
	}
}

// WrapStreamingClient does nothing: this side serves.
func (a *authenticator) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

func (a *authenticator) authenticate(ctx context.Context, header http.Header) (context.Context, error) {
	scheme, text, _ := strings.Cut(header.Get(authorization), " ")
	if !strings.EqualFold(scheme, "Bearer") || text == "" {
		return ctx, unauthenticated(signalingv1.ErrorReason_ERROR_REASON_TOKEN_MISSING,
			errors.New("needs the header Authorization: Bearer ROOM_TOKEN"))
	}
	room, err := a.keys.VerifyRoom(text)
	switch {
	case errors.Is(err, token.ErrExpired):
		return ctx, unauthenticated(signalingv1.ErrorReason_ERROR_REASON_TOKEN_EXPIRED, errors.New("room token has expired"))
	case err != nil:
		return ctx, unauthenticated(signalingv1.ErrorReason_ERROR_REASON_TOKEN_INVALID, errors.New("room token is not valid here"))
	}
	return context.WithValue(ctx, roomKey{}, room), nil
}

func unauthenticated(reason signalingv1.ErrorReason, err error) error {
	return rpcerror.New(connect.CodeUnauthenticated, reason, err)
}

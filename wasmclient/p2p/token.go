package p2p

import (
	"context"

	"connectrpc.com/connect"
)

// WithRoomToken makes a client of the generated SignalingService send token,
// the room_token of Matched, with every call and stream:
//
//	signalingv1connect.NewSignalingServiceClient(http.DefaultClient, url, p2p.WithRoomToken(matched.GetRoomToken()))
func WithRoomToken(token string) connect.ClientOption {
	return connect.WithInterceptors(bearer(token))
}

// bearer is a token that is sent as in section 2.1 of RFC 6750.
type bearer string

var _ connect.Interceptor = bearer("")

const authorization = "Authorization"

func (b bearer) value() string { return "Bearer " + string(b) }

func (b bearer) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		request.Header().Set(authorization, b.value())
		return next(ctx, request)
	}
}

func (b bearer) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		conn.RequestHeader().Set(authorization, b.value())
		return conn
	}
}

func (b bearer) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

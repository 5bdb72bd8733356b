package server_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/types/known/durationpb"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// TestErrors checks what callers are told, the same over each protocol.
func TestErrors(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{}), false).URL
	for protocol, options := range map[string][]connect.ClientOption{
		"Connect": nil, "Connect JSON": {connect.WithProtoJSON()}, "gRPC": {connect.WithGRPC()}, "gRPC-Web": {connect.WithGRPCWeb()},
	} {
		t.Run(protocol, func(t *testing.T) {
			finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url, options...)
			rooms := signalingv1connect.NewSignalingServiceClient(h2c(t), url, options...)
			known := rand.Text()
			receive(t, findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: known, Pool: "errors"}))
			a, b := pair(t, finding)
			closedA, closedB := pair(t, finding)
			if _, err := rooms.LeaveRoom(withToken(t.Context(), closedB.GetRoomToken()), &signalingv1.LeaveRoomRequest{}); err != nil {
				t.Fatal(err)
			}
			renegotiate := &signalingv1.Signal{Payload: &signalingv1.Signal_Renegotiate{Renegotiate: &signalingv1.Renegotiate{}}}
			full := make([]*signalingv1.Signal, 128)
			for i := range full {
				full[i] = renegotiate
			}
			send := func(roomToken, to string, firstSeq uint64, signals ...*signalingv1.Signal) error {
				_, err := rooms.SendSignals(withToken(t.Context(), roomToken), &signalingv1.SendSignalsRequest{ToPeerId: to, FirstSeq: firstSeq, Signals: signals})
				return err
			}
			if err := send(a.GetRoomToken(), b.GetPeerId(), 1, full...); err != nil {
				t.Fatal(err)
			}

			for name, test := range map[string]struct {
				err  error
				want string // code, reason, then field violations and whether there is RetryInfo
			}{
				"bad request id":    {find(t.Context(), finding, &matchmakingv1.FindMatchRequest{RequestId: "short"}), "invalid_argument ERROR_REASON_INVALID_FIELD request_id"},
				"bad pool and wait": {find(t.Context(), finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Pool: "Ü", MaxWait: durationpb.New(-1)}), "invalid_argument ERROR_REASON_INVALID_FIELD pool max_wait"},
				"bad max_stream":    {find(t.Context(), finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), MaxStream: durationpb.New(-1)}), "invalid_argument ERROR_REASON_INVALID_FIELD max_stream"},
				"parameters differ": {find(t.Context(), finding, &matchmakingv1.FindMatchRequest{RequestId: known}), "failed_precondition ERROR_REASON_PARAMETERS_DIFFER"},
				"groups":            {find(t.Context(), finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), GroupSize: 3}), "unimplemented ERROR_REASON_NOT_SERVED"},
				"bad signal":        {send(a.GetRoomToken(), b.GetPeerId(), 129, &signalingv1.Signal{}), "invalid_argument ERROR_REASON_INVALID_FIELD signals[0].payload"},
				"no signals":        {send(a.GetRoomToken(), b.GetPeerId(), 0), "invalid_argument ERROR_REASON_INVALID_FIELD first_seq signals"},
				"nobody":            {send(a.GetRoomToken(), "nobody", 1, renegotiate), "not_found ERROR_REASON_PEER_NOT_FOUND"},
				"oneself":           {send(a.GetRoomToken(), a.GetPeerId(), 1, renegotiate), "not_found ERROR_REASON_PEER_NOT_FOUND"},
				"inbox full":        {send(a.GetRoomToken(), b.GetPeerId(), 129, renegotiate), "resource_exhausted ERROR_REASON_INBOX_FULL retry"},
				"room closed":       {send(closedA.GetRoomToken(), closedB.GetPeerId(), 1, renegotiate), "failed_precondition ERROR_REASON_ROOM_CLOSED"},
			} {
				if got := describe(t, test.err); got != test.want {
					t.Errorf("%s: got %s, want %s", name, got, test.want)
				}
			}
		})
	}
}

func find(ctx context.Context, client matchmakingv1connect.MatchmakingServiceClient, request *matchmakingv1.FindMatchRequest) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := client.FindMatch(ctx, request)
	if err != nil {
		return err
	}
	defer stream.Close() //nolint:errcheck // the stream's own error counts
	stream.Receive()
	return stream.Err()
}

// describe is reasonOf and what the other details say.
func describe(t *testing.T, err error) string {
	t.Helper()
	parts := []string{reasonOf(t, err)}
	wire := new(connect.Error)
	errors.As(err, &wire)
	for _, detail := range wire.Details() {
		value, err := detail.Value()
		if err != nil {
			t.Fatalf("detail: %v", err)
		}
		switch value := value.(type) {
		case *errdetails.BadRequest:
			for _, violation := range value.GetFieldViolations() {
				parts = append(parts, violation.GetField())
			}
		case *errdetails.RetryInfo:
			if value.GetRetryDelay().AsDuration() > 0 {
				parts = append(parts, "retry")
			}
		}
	}
	return strings.Join(parts, " ")
}

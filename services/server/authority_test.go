package server_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/golang-jwt/jwt/v5"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

func equal(a, b proto.Message) bool { return proto.Equal(a, b) }

// reasonOf returns code and ErrorInfo reason of an error, which must have
// exactly one ErrorInfo.
func reasonOf(t *testing.T, err error) string {
	t.Helper()
	wire := new(connect.Error)
	if err == nil {
		return "ok"
	}
	if !errors.As(err, &wire) {
		t.Fatalf("error %v is not of Connect", err)
	}
	reasons := 0
	reason := ""
	for _, detail := range wire.Details() {
		value, err := detail.Value()
		if err != nil {
			t.Fatalf("detail: %v", err)
		}
		if info, ok := value.(*errdetails.ErrorInfo); ok {
			reasons++
			reason = info.GetReason()
		}
	}
	if reasons != 1 {
		t.Fatalf("%v has %d ErrorInfo, want 1", err, reasons)
	}
	return fmt.Sprintf("%v %s", wire.Code(), reason)
}

// TestAuthority calls every RPC of Signaling with every kind of wrong token.
// No error may say more than that the token is wrong, and no call may change the
// room it names.
func TestAuthority(t *testing.T) {
	t.Parallel()
	keys := newKeys(t)
	listening := listen(t, newServer(t, server.Config{Keys: keys}), false)
	finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), listening.URL)
	a, b := pair(t, finding)
	elsewhere, _ := pair(t, finding)
	expired := issue(t, keys, a.GetRoomId(), 0, a.GetPeerId(), b.GetPeerId(), time.Now().Add(-token.RoomLifetime-2*time.Minute))
	otherKey := issue(t, newKeys(t), a.GetRoomId(), 0, a.GetPeerId(), b.GetPeerId(), time.Now())
	otherKind, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"room": a.GetRoomId(), "exp": time.Now().Add(time.Hour).Unix()}).SignedString([]byte("key"))
	if err != nil {
		t.Fatal(err)
	}
	forged := forge(a.GetRoomToken())

	tokens := map[string]struct{ token, want string }{
		"no token":   {"", "unauthenticated ERROR_REASON_TOKEN_MISSING"},
		"forged":     {forged, "unauthenticated ERROR_REASON_TOKEN_INVALID"},
		"expired":    {expired, "unauthenticated ERROR_REASON_TOKEN_EXPIRED"},
		"other kind": {otherKind, "unauthenticated ERROR_REASON_TOKEN_INVALID"},
		"other key":  {otherKey, "unauthenticated ERROR_REASON_TOKEN_INVALID"},
		"request id": {rand.Text(), "unauthenticated ERROR_REASON_TOKEN_INVALID"},
	}
	// A genuine token of another room gives no access to this room's peers. Calls
	// that name no peer act on the token's own room, which is empty.
	foreign := map[string]string{
		"SendSignals":   "not_found ERROR_REASON_PEER_NOT_FOUND",
		"ReportOutcome": "not_found ERROR_REASON_PEER_NOT_FOUND",
		"JoinRoom":      "ok",
		"LeaveRoom":     "ok",
		"GetIceServers": "ok",
	}
	for protocol, options := range map[string][]connect.ClientOption{
		"Connect": nil, "gRPC": {connect.WithGRPC()}, "gRPC-Web": {connect.WithGRPCWeb()},
	} {
		client := signalingv1connect.NewSignalingServiceClient(h2c(t), listening.URL, options...)
		for rpc, call := range signalingCalls(client, b.GetPeerId()) {
			for name, test := range tokens {
				t.Run(fmt.Sprintf("%s %s, %s", protocol, rpc, name), func(t *testing.T) {
					want := test.want
					if rpc == "GetIceServers" && test.token == "" {
						want = "ok" // only those that need no credential
					}
					if got := reasonOf(t, call(withToken(t.Context(), test.token))); got != want {
						t.Errorf("got %s, want %s", got, want)
					}
				})
			}
			t.Run(fmt.Sprintf("%s %s, other room", protocol, rpc), func(t *testing.T) {
				if got := reasonOf(t, call(withToken(t.Context(), elsewhere.GetRoomToken()))); got != foreign[rpc] {
					t.Errorf("got %s, want %s", got, foreign[rpc])
				}
			})
		}
	}

	// Matchmaking needs no token and ignores one.
	for rpc, call := range matchmakingCalls(finding) {
		for name, test := range tokens {
			t.Run(fmt.Sprintf("%s, %s", rpc, name), func(t *testing.T) {
				if got := reasonOf(t, call(withToken(t.Context(), test.token))); got != "ok" {
					t.Errorf("got %s, want ok", got)
				}
			})
		}
	}

	client := signalingv1connect.NewSignalingServiceClient(h2c(t), listening.URL)
	in := joinRoom(t, client, b.GetRoomToken())
	if got := receive(t, in).GetWelcome().GetPeers()[0].GetState(); got != signalingv1.Peer_STATE_EXPECTED {
		t.Errorf("the other is %v after all that, want expected", got)
	}
}

// signalingCalls returns every RPC of the service, as a call about the peer.
func signalingCalls(client signalingv1connect.SignalingServiceClient, peer string) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"JoinRoom": func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			stream, err := client.JoinRoom(ctx, &signalingv1.JoinRoomRequest{})
			if err != nil {
				return err
			}
			defer stream.Close() //nolint:errcheck // the stream's own error counts
			stream.Receive()
			return stream.Err()
		},
		"SendSignals": func(ctx context.Context) error {
			_, err := client.SendSignals(ctx, &signalingv1.SendSignalsRequest{ToPeerId: peer, FirstSeq: 1, Signals: []*signalingv1.Signal{
				{Payload: &signalingv1.Signal_Renegotiate{Renegotiate: &signalingv1.Renegotiate{}}},
			}})
			return err
		},
		"ReportOutcome": func(ctx context.Context) error {
			_, err := client.ReportOutcome(ctx, &signalingv1.ReportOutcomeRequest{
				PeerId: peer, Outcome: &signalingv1.ReportOutcomeRequest_Failed{Failed: &signalingv1.Failed{}},
			})
			return err
		},
		"GetIceServers": func(ctx context.Context) error {
			_, err := client.GetIceServers(ctx, &signalingv1.GetIceServersRequest{})
			return err
		},
		"LeaveRoom": func(ctx context.Context) error {
			_, err := client.LeaveRoom(ctx, &signalingv1.LeaveRoomRequest{})
			return err
		},
	}
}

// matchmakingCalls returns every RPC of the other service.
func matchmakingCalls(client matchmakingv1connect.MatchmakingServiceClient) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"FindMatch": func(ctx context.Context) error {
			return find(ctx, client, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Pool: "authority"})
		},
		"CancelMatch": func(ctx context.Context) error {
			_, err := client.CancelMatch(ctx, &matchmakingv1.CancelMatchRequest{RequestId: rand.Text()})
			return err
		},
		"GetPool": func(ctx context.Context) error {
			_, err := client.GetPool(ctx, &matchmakingv1.GetPoolRequest{})
			return err
		},
	}
}

func issue(t *testing.T, keys *token.Keyring, roomID string, slot int, peerA, peerB string, matchedAt time.Time) string {
	t.Helper()
	text, err := keys.IssueRoom(token.Room{
		ID: roomID, Slot: slot, Members: []token.Member{{PeerID: peerA}, {PeerID: peerB}}, MatchedAt: matchedAt,
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// forge changes the first character of the signature.
func forge(roomToken string) string {
	signature := strings.LastIndexByte(roomToken, '.') + 1
	other := "A"
	if roomToken[signature] == 'A' {
		other = "B"
	}
	return roomToken[:signature] + other + roomToken[signature+1:]
}

// TestBearer writes the scheme in other letters, which are the same scheme (RFC
// 9110, section 11.1), and others.
func TestBearer(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{}), false).URL
	a, _ := pair(t, matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url))
	rooms := signalingv1connect.NewSignalingServiceClient(h2c(t), url)
	for scheme, want := range map[string]string{
		"bearer ": "ok", "BEARER ": "ok",
		"Basic ": "unauthenticated ERROR_REASON_TOKEN_MISSING", "Bearers ": "unauthenticated ERROR_REASON_TOKEN_MISSING",
		"": "unauthenticated ERROR_REASON_TOKEN_MISSING",
	} {
		ctx, call := connect.NewClientContext(t.Context())
		call.RequestHeader().Set("Authorization", scheme+a.GetRoomToken())
		_, err := rooms.GetIceServers(ctx, &signalingv1.GetIceServersRequest{})
		if got := reasonOf(t, err); got != want {
			t.Errorf("%q: %s, want %s", scheme, got, want)
		}
	}
}

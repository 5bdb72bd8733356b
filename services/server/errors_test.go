package server_test

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/reflect/protoreflect"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

var protocols = map[string][]connect.ClientOption{
	"Connect": nil, "Connect JSON": {connect.WithProtoJSON()}, "gRPC": {connect.WithGRPC()}, "gRPC-Web": {connect.WithGRPCWeb()},
}

// errorCase is one error: call returns it, and want is its code and reason, then
// the fields at fault and whether there is RetryInfo.
type errorCase struct {
	config server.Config
	call   func(*testing.T, errorClients) error
	want   string
}

// elsewhere tells that the case needs a server of its own.
func (c errorCase) elsewhere() bool {
	return c.config.Matchmaking != nil || c.config.Signaling != nil || c.config.Limits != server.Limits{}
}

// errorClients are the clients of a server made for one case.
type errorClients struct {
	finding matchmakingv1connect.MatchmakingServiceClient
	rooms   signalingv1connect.SignalingServiceClient
	// unknown calls a method that the contract does not have.
	unknown *connect.Client[matchmakingv1.GetPoolRequest, matchmakingv1.GetPoolResponse]
	keys    *token.Keyring
	// room is a name for a room of the case's own.
	room string
}

// TestErrors checks that each error is the same over each protocol, and that every
// reason of the contract has its case.
func TestErrors(t *testing.T) {
	t.Parallel()
	cases := maps.Clone(matchmakingErrors)
	maps.Copy(cases, signalingErrors)
	var seen sync.Map
	t.Run("Protocols", func(t *testing.T) {
		for protocol, options := range protocols {
			for name, test := range cases {
				t.Run(protocol+", "+name, func(t *testing.T) {
					t.Parallel()
					test.config.Keys = newKeys(t)
					url := listen(t, newServer(t, test.config), false).URL
					got := describe(t, test.call(t, newErrorClients(h2c(t), url, test.config.Keys, options...)))
					if got != test.want {
						t.Errorf("got %s, want %s", got, test.want)
					}
					seen.Store(strings.Fields(got)[1], true)
				})
			}
		}
	})
	for _, reasons := range []protoreflect.EnumDescriptor{
		matchmakingv1.ErrorReason(0).Descriptor(), signalingv1.ErrorReason(0).Descriptor(),
	} {
		for i := 1; i < reasons.Values().Len(); i++ {
			if name := string(reasons.Values().Get(i).Name()); !has(&seen, name) {
				t.Errorf("%s: %s has no case", reasons.FullName(), name)
			}
		}
	}
}

func newErrorClients(client *http.Client, url string, keys *token.Keyring, options ...connect.ClientOption) errorClients {
	return errorClients{
		finding: matchmakingv1connect.NewMatchmakingServiceClient(client, url, options...),
		rooms:   signalingv1connect.NewSignalingServiceClient(client, url, options...),
		unknown: connect.NewClient[matchmakingv1.GetPoolRequest, matchmakingv1.GetPoolResponse](
			client, url+"/"+matchmakingv1connect.MatchmakingServiceName+"/Unknown", options...),
		keys: keys,
		room: rand.Text(),
	}
}

// TestHostileInputDisturbsNobody makes every call that fails while two people
// negotiate. None of their signals may be lost.
func TestHostileInputDisturbsNobody(t *testing.T) {
	t.Parallel()
	keys := newKeys(t)
	url := listen(t, newServer(t, server.Config{Keys: keys}), false).URL
	rooms := signalingv1connect.NewSignalingServiceClient(h2c(t), url)
	a, b := pair(t, matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url))
	in := joinRoom(t, rooms, b.GetRoomToken())
	receive(t, in)
	cases := maps.Clone(matchmakingErrors)
	maps.Copy(cases, signalingErrors)
	seq := uint64(0)
	for name, test := range cases {
		if test.elsewhere() {
			continue
		}
		if got := describe(t, test.call(t, newErrorClients(h2c(t), url, keys))); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
		seq++
		_, err := rooms.SendSignals(withToken(t.Context(), a.GetRoomToken()), &signalingv1.SendSignalsRequest{
			ToPeerId: b.GetPeerId(), FirstSeq: seq, Signals: []*signalingv1.Signal{renegotiate},
		})
		if err != nil {
			t.Fatalf("after %s: %v", name, err)
		}
		if got := receive(t, in).GetSignalsReceived(); got.GetFirstSeq() != seq || len(got.GetSignals()) != 1 {
			t.Fatalf("after %s: received %v, want signal %d", name, in.Msg(), seq)
		}
	}
}

func has(set *sync.Map, name string) bool {
	_, found := set.Load(name)
	return found
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

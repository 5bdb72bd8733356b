package server_test

import (
	"context"
	"errors"
	"maps"
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

// errorCase is one way to go wrong: call returns the error and want is its
// code and reason, then the fields at fault and whether there is RetryInfo.
type errorCase struct {
	config server.Config
	call   func(*testing.T, errorClients) error
	want   string
}

// errorClients are the clients of a server made for one case.
type errorClients struct {
	finding matchmakingv1connect.MatchmakingServiceClient
	rooms   signalingv1connect.SignalingServiceClient
	// unknown calls a method that the contract does not have.
	unknown *connect.Client[matchmakingv1.GetPoolRequest, matchmakingv1.GetPoolResponse]
	keys    *token.Keyring
}

// TestErrors checks what callers are told, the same over each protocol, and
// that every reason of the contract has its case.
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
					got := describe(t, test.call(t, errorClients{
						finding: matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url, options...),
						rooms:   signalingv1connect.NewSignalingServiceClient(h2c(t), url, options...),
						unknown: connect.NewClient[matchmakingv1.GetPoolRequest, matchmakingv1.GetPoolResponse](
							h2c(t), url+"/"+matchmakingv1connect.MatchmakingServiceName+"/Unknown", options...),
						keys: test.config.Keys,
					}))
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

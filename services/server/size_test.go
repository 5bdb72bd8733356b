package server_test

import (
	"crypto/rand"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/grpc/health/grpc_health_v1"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// TestCompressedRequests sends compressed requests: small ones are served, and
// those that inflate to a thousand times their size are refused.
func TestCompressedRequests(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{}), false).URL
	bomb := strings.Repeat("a", 16<<20)
	for protocol, options := range protocols {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			options := append([]connect.ClientOption{connect.WithSendGzip()}, options...)
			finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url, options...)
			if _, err := finding.GetPool(t.Context(), &matchmakingv1.GetPoolRequest{Pool: "lobby"}); err != nil {
				t.Errorf("a small request: %v", err)
			}
			receive(t, findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Pool: "compressed"}))
			const want = "invalid_argument ERROR_REASON_INVALID_FIELD request"
			_, err := finding.GetPool(t.Context(), &matchmakingv1.GetPoolRequest{Pool: bomb})
			if got := describe(t, err); got != want {
				t.Errorf("unary: %s, want %s", got, want)
			}
			if got := describe(t, find(t.Context(), finding, &matchmakingv1.FindMatchRequest{RequestId: bomb})); got != want {
				t.Errorf("streaming: %s, want %s", got, want)
			}
			health := connect.NewClient[grpc_health_v1.HealthCheckRequest, grpc_health_v1.HealthCheckResponse](h2c(t), url+"/grpc.health.v1.Health/Check", options...)
			_, err = health.CallUnary(t.Context(), connect.NewRequest(&grpc_health_v1.HealthCheckRequest{Service: bomb}))
			if connect.CodeOf(err) != connect.CodeInvalidArgument {
				t.Errorf("health: %v, want an invalid argument", err)
			}
		})
	}
}

// TestResponsesAreNotCompressed asks with a client that would take compressed
// responses.
func TestResponsesAreNotCompressed(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{}), false).URL
	response, body := do(t, newRequest(t, http.MethodPost, url+matchmakingv1connect.MatchmakingServiceCancelMatchProcedure,
		`{"requestId":"`+rand.Text()+`"}`, "Content-Type", "application/json", "Accept-Encoding", "gzip"))
	if encoding := response.Header.Get("Content-Encoding"); encoding != "" || body != `{"cancelled":{}}` {
		t.Errorf("%s, encoding %q: %q", response.Status, encoding, body)
	}
}

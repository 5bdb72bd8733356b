package server_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"connectrpc.com/connect"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

func newKeys(t testing.TB) *token.Keyring {
	t.Helper()
	keys, err := token.ParseKeyring(token.NewKeyFile())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func newServer(t testing.TB, config server.Config) *server.Server {
	t.Helper()
	if config.Keys == nil {
		config.Keys = newKeys(t)
	}
	if config.Matchmaking == nil {
		config.Matchmaking = matchmakingmem.New(matchmakingmem.Config{})
	}
	if config.Signaling == nil {
		config.Signaling = signalingmem.New(signalingmem.Config{})
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	s, err := server.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// listen serves on a free port until the test ends.
func listen(t testing.TB, s *server.Server, tls bool) *httptest.Server {
	t.Helper()
	listening := httptest.NewUnstartedServer(nil)
	listening.Config = s.HTTPServer()
	listening.Listener = s.Bound(listening.Listener)
	if tls {
		listening.EnableHTTP2 = true
		listening.StartTLS()
	} else {
		listening.Start()
	}
	t.Cleanup(func() {
		listening.CloseClientConnections()
		listening.Close()
	})
	return listening
}

// h2c returns a client that speaks HTTP/2 without TLS.
func h2c(t testing.TB) *http.Client {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func http1(t testing.TB) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// findMatch opens a FindMatch stream that ends with the test.
func findMatch(t testing.TB, client matchmakingv1connect.MatchmakingServiceClient, request *matchmakingv1.FindMatchRequest) *connect.ServerStreamForClient[matchmakingv1.FindMatchResponse] {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	stream, err := client.FindMatch(ctx, request)
	if err != nil {
		t.Fatalf("find match: %v", err)
	}
	t.Cleanup(func() {
		cancel()
		stream.Close() //nolint:errcheck // cancelled on the line above
	})
	return stream
}

// receive returns the next message.
func receive[M any](t testing.TB, stream *connect.ServerStreamForClient[M]) *M {
	t.Helper()
	if !stream.Receive() {
		t.Fatalf("receive: stream ended: %v", stream.Err())
	}
	return stream.Msg()
}

// pair matches two clients and returns their matches.
func pair(t testing.TB, client matchmakingv1connect.MatchmakingServiceClient) (*matchmakingv1.Matched, *matchmakingv1.Matched) {
	t.Helper()
	first := findMatch(t, client, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
	if receive(t, first).GetQueued() == nil {
		t.Fatalf("first event is %v, want queued", first.Msg())
	}
	second := findMatch(t, client, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
	matchedA, matchedB := receive(t, first).GetMatched(), receive(t, second).GetMatched()
	if matchedA == nil || matchedA.GetRoomId() != matchedB.GetRoomId() {
		t.Fatalf("matched %v and %v, want one room", matchedA, matchedB)
	}
	return matchedA, matchedB
}

func joinRoom(t testing.TB, client signalingv1connect.SignalingServiceClient, roomToken string) *connect.ServerStreamForClient[signalingv1.JoinRoomResponse] {
	t.Helper()
	ctx, cancel := context.WithCancel(withToken(t.Context(), roomToken))
	stream, err := client.JoinRoom(ctx, &signalingv1.JoinRoomRequest{})
	if err != nil {
		t.Fatalf("join room: %v", err)
	}
	t.Cleanup(func() {
		cancel()
		stream.Close() //nolint:errcheck // cancelled on the line above
	})
	return stream
}

// withToken makes calls with the context send the token.
func withToken(ctx context.Context, roomToken string) context.Context {
	ctx, call := connect.NewClientContext(ctx)
	if roomToken != "" {
		call.RequestHeader().Set("Authorization", "Bearer "+roomToken)
	}
	return ctx
}

// soon is a timeout for operations that take a moment, on a busy machine.
const soon = 30 * time.Second

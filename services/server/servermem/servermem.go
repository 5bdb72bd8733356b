// Package servermem starts the server of both services on memory engines, for tests.
package servermem

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// New returns a server on empty engines, with a key of its own, which logs nothing.
// Each of changes may change its settings before it is made.
func New(tb testing.TB, changes ...func(*server.Config)) *server.Server {
	tb.Helper()
	keys, err := token.ParseKeyring(token.NewKeyFile())
	if err != nil {
		tb.Fatal(err)
	}
	config := server.Config{
		Matchmaking: matchmakingmem.New(matchmakingmem.Config{}),
		Signaling:   signalingmem.New(signalingmem.Config{}),
		Keys:        keys,
		Logger:      slog.New(slog.DiscardHandler),
	}
	for _, change := range changes {
		change(&config)
	}
	s, err := server.New(config)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// Serve serves a handler on a free port of 127.0.0.1 until the test ends. It ends
// streams that are open then.
func Serve(tb testing.TB, handler http.Handler) (url string) {
	tb.Helper()
	listening := httptest.NewServer(handler)
	tb.Cleanup(func() {
		listening.CloseClientConnections()
		listening.Close()
	})
	return listening.URL
}

// Start serves what New returns, and returns its URL.
func Start(tb testing.TB) (url string) {
	tb.Helper()
	return Serve(tb, New(tb))
}

//go:build !js

package p2p

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

func TestMain(m *testing.M) {
	code := m.Run()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// newHandler returns both services on fresh memory engines, with other settings.
func newHandler(changes ...func(*server.Config)) *server.Server {
	keys, err := token.ParseKeyring(token.NewKeyFile())
	if err != nil {
		panic(err)
	}
	config := server.Config{
		Matchmaking: matchmakingmem.New(matchmakingmem.Config{}),
		Signaling:   signalingmem.New(signalingmem.Config{JoinTimeout: time.Second}),
		Keys:        keys,
		Logger:      slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	for _, change := range changes {
		change(&config)
	}
	handler, err := server.New(config)
	if err != nil {
		panic(err)
	}
	return handler
}

// StartServer serves both services until the returned function is called.
func StartServer() (url string, stop func()) {
	listening := httptest.NewServer(newHandler())
	return listening.URL, func() {
		listening.CloseClientConnections()
		listening.Close()
	}
}

func startServer(t *testing.T) string {
	t.Helper()
	url, stop := StartServer()
	t.Cleanup(stop)
	return url
}

// testContext ends a test that hangs, before go test kills all of them.
func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

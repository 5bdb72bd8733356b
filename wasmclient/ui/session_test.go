//go:build !js

package ui

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/chat/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// TestTheCountLeavesOutOwnTicket stops a search at a server that notices late that
// its stream has ended: the count that follows has nobody.
func TestTheCountLeavesOutOwnTicket(t *testing.T) {
	t.Parallel()
	keys, err := token.ParseKeyring(token.NewKeyFile())
	if err != nil {
		t.Fatal(err)
	}
	handler, err := server.New(server.Config{
		Matchmaking: matchmakingmem.New(matchmakingmem.Config{}), Signaling: signalingmem.New(signalingmem.Config{}),
		Keys: keys, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == matchmakingv1connect.MatchmakingServiceFindMatchProcedure {
			ctx, end := context.WithCancel(context.WithoutCancel(r.Context()))
			defer end()
			defer context.AfterFunc(r.Context(), func() { time.AfterFunc(300*time.Millisecond, end) })()
			r = r.WithContext(ctx)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		listening.CloseClientConnections()
		listening.Close()
	})
	events := make(chan Event, 100)
	session := NewSession(p2p.NewClient(listening.URL), func(event Event) { events <- event })
	session.Perform(t.Context(), Find{Search: 1})
	for event := range events {
		if progressed, ok := event.(Progressed); ok && progressed.Progress.Stage == p2p.StageWaiting {
			break
		}
	}
	session.Perform(t.Context(), Leave{chatv1.Bye_REASON_STOPPED})
	session.Perform(t.Context(), CountWaiting{})
	for event := range events {
		if counted, ok := event.(Counted); ok {
			if counted.Waiting != 0 || !counted.Known {
				t.Errorf("%+v, want nobody", counted)
			}
			return
		}
	}
}

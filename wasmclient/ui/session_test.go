//go:build !js

package ui

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

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
	handler := newHandler(t)
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
	session, events := newTestSession(listening.URL)
	session.Perform(t.Context(), Find{Search: 1})
	await(t, events, func(event Progressed) bool { return event.Progress.Stage == p2p.StageWaiting })
	session.Perform(t.Context(), Leave{p2p.ByeStopped})
	session.Perform(t.Context(), CountWaiting{})
	if counted := await(t, events, func(Counted) bool { return true }); counted.Waiting != 0 || !counted.Known {
		t.Errorf("%+v, want nobody", counted)
	}
}

// TestASearchEndsTheLastChat begins a search in the middle of a chat: the partner
// is told, and the chat says nothing more.
func TestASearchEndsTheLastChat(t *testing.T) {
	t.Parallel()
	listening := httptest.NewServer(newHandler(t))
	t.Cleanup(func() {
		listening.CloseClientConnections()
		listening.Close()
	})
	mine, myEvents := newTestSession(listening.URL)
	theirs, theirEvents := newTestSession(listening.URL)
	mine.Perform(t.Context(), Find{Search: 1})
	theirs.Perform(t.Context(), Find{Search: 1})
	await(t, myEvents, func(Connected) bool { return true })
	await(t, theirEvents, func(Connected) bool { return true })
	mine.Perform(t.Context(), Find{Search: 2})
	if ended := await(t, theirEvents, func(Ended) bool { return true }); ended.Reason != p2p.ReasonPeerNext {
		t.Errorf("the partner is told %q, want %q", ended.Reason, p2p.ReasonPeerNext)
	}
	await(t, myEvents, func(event Progressed) bool { return event.Search == 2 && event.Progress.Stage == p2p.StageWaiting })
	mine.Perform(t.Context(), Leave{p2p.ByeStopped})
	await(t, myEvents, func(event Ended) bool { return event.Search == 2 })
}

// TestWhatIsLeftToSendFails ends a chat while one message waits for the partner
// and others for that one: none of them looks sent.
func TestWhatIsLeftToSendFails(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	outgoing := threeMessages()
	session, events := newTestSession("http://server.test")
	session.send(ctx, func(ctx context.Context, _ string) error {
		cancel()
		<-ctx.Done()
		return context.Cause(ctx)
	}, outgoing)
	for message := 1; message <= 3; message++ {
		select {
		case event := <-events:
			if event != (SendFailed{1, message}) {
				t.Errorf("%#v, want that message %d failed", event, message)
			}
		default:
			t.Fatalf("nothing said of message %d", message)
		}
	}
}

// TestWhatThePartnerDidNotGetFails ends a chat after three messages of which the
// partner has confirmed the first.
func TestWhatThePartnerDidNotGetFails(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	outgoing := threeMessages()
	session, events := newTestSession("http://server.test")
	left := 3
	sent := session.send(ctx, func(context.Context, string) error {
		if left--; left == 0 {
			cancel()
		}
		return nil
	}, outgoing)
	session.failLost(sent, &p2p.EndedError{Reason: p2p.ReasonPeerLeft, Unconfirmed: 2})
	for _, want := range []int{2, 3} {
		if event := <-events; event != (SendFailed{1, want}) {
			t.Errorf("%#v, want that message %d failed", event, want)
		}
	}
	session.failLost(sent, context.Canceled)
	session.failLost(nil, &p2p.EndedError{Unconfirmed: 2})
	if len(events) > 0 {
		t.Errorf("%#v, want nothing more", <-events)
	}
}

func threeMessages() <-chan SendText {
	outgoing := make(chan SendText, 3)
	for message := 1; message <= 3; message++ {
		outgoing <- SendText{Search: 1, Message: message}
	}
	return outgoing
}

func newTestSession(url string) (*Session, <-chan Event) {
	events := make(chan Event, 100)
	return NewSession(p2p.NewClient(url), func(event Event) { events <- event }), events
}

// await returns the next event of its type that is the wanted one.
func await[E Event](t *testing.T, events <-chan Event, wanted func(E) bool) E {
	t.Helper()
	patience := time.After(20 * time.Second)
	for {
		select {
		case event := <-events:
			if typed, ok := event.(E); ok && wanted(typed) {
				return typed
			}
		case <-patience:
			t.Fatalf("no such %T", *new(E))
		}
	}
}

// TestABurstArrives lets a partner send texts as fast as it can: it waits for the page,
// which gets them all in order.
func TestABurstArrives(t *testing.T) {
	t.Parallel()
	listening := httptest.NewServer(newHandler(t))
	t.Cleanup(func() {
		listening.CloseClientConnections()
		listening.Close()
	})
	events := make(chan Event, 100_000)
	session := NewSession(p2p.NewClient(listening.URL), func(event Event) { events <- event })
	session.Perform(t.Context(), Find{Search: 1})
	partner, err := p2p.NewClient(listening.URL).Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = partner.Close() })
	const burst = 10_000
	go func() {
		for i := range burst {
			if err := partner.SendText(t.Context(), strconv.Itoa(i)); err != nil {
				t.Errorf("text %d: %v", i, err)
				return
			}
		}
	}()
	for received := 0; received < burst; {
		switch event := (<-events).(type) {
		case Received:
			if event.Text != strconv.Itoa(received) {
				t.Fatalf("text %d is %q", received, event.Text)
			}
			received++
		case Ended:
			t.Fatalf("ended with %s after %d texts", event.Reason, received)
		}
	}
}

func newHandler(t *testing.T) http.Handler {
	t.Helper()
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
	return handler
}

//go:build !js

package ui

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server/servermem"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// TestTheCountLeavesOutOwnTicket stops a search at a server that notices late that
// its stream has ended: the count that follows has nobody.
func TestTheCountLeavesOutOwnTicket(t *testing.T) {
	t.Parallel()
	handler := servermem.New(t)
	url := servermem.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == matchmakingv1connect.MatchmakingServiceFindMatchProcedure {
			ctx, end := context.WithCancel(context.WithoutCancel(r.Context()))
			defer end()
			defer context.AfterFunc(r.Context(), func() { time.AfterFunc(300*time.Millisecond, end) })()
			r = r.WithContext(ctx)
		}
		handler.ServeHTTP(w, r)
	}))
	session, events := newTestSession(url)
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
	url := servermem.Start(t)
	mine, myEvents := newTestSession(url)
	theirs, theirEvents := newTestSession(url)
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

func english() Language { return English }

func newTestSession(url string) (*Session, <-chan Event) {
	events := make(chan Event, 100)
	return NewSession(p2p.NewClient(url), english, func(event Event) { events <- event }), events
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
	url := servermem.Start(t)
	events := make(chan Event, 100_000)
	session := NewSession(p2p.NewClient(url), english, func(event Event) { events <- event })
	session.Perform(t.Context(), Find{Search: 1})
	partner, err := p2p.NewClient(url, p2p.WithInterests(wanted(nil, English)...)).Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = partner.Close() })
	burst := 10_000
	if testing.Short() {
		burst /= 5
	}
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

// TestPeopleWithOneLanguageMeetFirst lets somebody wait in Japanese while two meet in English.
func TestPeopleWithOneLanguageMeetFirst(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	japanese, japaneses := newTestSession(url)
	japanese.language = func() Language { return Japanese }
	one, ones := newTestSession(url)
	two, twos := newTestSession(url)
	for session, events := range map[*Session]<-chan Event{japanese: japaneses, one: ones} {
		session.Perform(t.Context(), Find{Search: 1})
		await(t, events, func(event Progressed) bool { return event.Progress.Stage == p2p.StageWaiting })
	}
	two.Perform(t.Context(), Find{Search: 1})
	for _, events := range []<-chan Event{ones, twos} {
		if connected := await(t, events, func(Connected) bool { return true }); connected.Interest != "" {
			t.Errorf("both are told that they like %q, and it was their language", connected.Interest)
		}
	}
	for _, session := range []*Session{japanese, one, two} {
		session.Perform(t.Context(), Leave{p2p.ByeStopped})
	}
}

// TestBlockedPeopleDoNotMeetAgain blocks the only partner there is, and searches until
// everybody else would do.
func TestBlockedPeopleDoNotMeetAgain(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	mine, myEvents := newTestSession(url)
	theirs, theirEvents := newTestSession(url)
	mine.Perform(t.Context(), Find{Search: 1})
	theirs.Perform(t.Context(), Find{Search: 1})
	partner := await(t, myEvents, func(Connected) bool { return true }).Slots[0]
	mine.Perform(t.Context(), BlockPartner{1, partner})
	mine.Perform(t.Context(), Leave{p2p.ByeNext})
	await(t, theirEvents, func(Ended) bool { return true })
	everybody := func(event Progressed) bool { return event.Search == 2 && event.Progress.Any }
	mine.Perform(t.Context(), Find{Search: 2})
	theirs.Perform(t.Context(), Find{Search: 2})
	await(t, myEvents, everybody)
	await(t, theirEvents, everybody)
	third, thirdEvents := newTestSession(url)
	third.Perform(t.Context(), Find{Search: 1})
	await(t, thirdEvents, func(Connected) bool { return true }) // one of the two was still there
	for _, session := range []*Session{mine, theirs, third} {
		session.Perform(t.Context(), Leave{p2p.ByeStopped})
	}
}

// TestAServerThatForgotTheBlocked searches at a server that cannot read the pseudonyms of those
// who are blocked, because its key was replaced.
func TestAServerThatForgotTheBlocked(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	session, events := newTestSession(url)
	session.blocks.met(1, somebody("of another key"))
	session.blocks.add(1, 1)
	session.Perform(t.Context(), Find{Search: 2})
	await(t, events, func(event Progressed) bool { return event.Progress.Stage == p2p.StageWaiting })
	if blocked := session.blocks.list(); len(blocked) > 0 {
		t.Errorf("%q is still blocked", blocked)
	}
	session.Perform(t.Context(), Leave{p2p.ByeStopped})
}

package matchmakingredis_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingredis"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

// loseReply lets a call happen whose reply is lost.
func loseReply(t *testing.T, proxy *redistest.Proxy, call func() error) {
	t.Helper()
	proxy.LoseReplies()
	if err := call(); !errors.Is(err, matchmaking.ErrUnavailable) {
		t.Fatalf("call: %v, want unavailable", err)
	}
	proxy.Cut()
}

// loadScripts lets the server know the scripts: otherwise the reply that is lost
// says that it does not.
func (n *node) loadScripts() {
	arrival := matchmakingtest.Arrival(n.t, "earlier")
	arrival.Pool = "elsewhere"
	n.wait(arrival).Close()
	if _, err := n.Cancel(n.t.Context(), arrival.Pool, arrival.RequestID, ""); err != nil {
		n.t.Fatalf("cancel: %v", err)
	}
}

func TestLostReplyOfAttach(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	proxy := redistest.NewProxy(t, server)
	a, b := startNode(t, proxy.URL(), 0), startNode(t, server.URL(), 0)
	older := b.wait(arrivalFor(t, "older", 3))
	waiting := b.wait(matchmakingtest.Arrival(t, "b"))
	arrival := matchmakingtest.Arrival(t, "a")
	arrival.Pseudonym = matchmakingtest.Arrival(t, "older").Pseudonym
	loseReply(t, proxy, func() error {
		_, err := a.Attach(t.Context(), arrival)
		return err
	})
	if event := b.next(older); event != (matchmaking.Ended{Reason: matchmaking.EndSuperseded}) {
		t.Errorf("the older ticket of the client says %+v, want that it is superseded", event)
	}
	sameRoom(t, a.matched(a.attach(arrival)), b.matched(waiting))
}

func TestLostReplyOfCancel(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	proxy := redistest.NewProxy(t, server)
	a, b := startNode(t, proxy.URL(), 0), startNode(t, server.URL(), 0)
	arrival := matchmakingtest.Arrival(t, "a")
	waiting := b.wait(arrival)
	a.loadScripts()
	loseReply(t, proxy, func() error {
		_, err := a.Cancel(t.Context(), arrival.Pool, arrival.RequestID, "")
		return err
	})
	if event := b.next(waiting); event != (matchmaking.Ended{Reason: matchmaking.EndCancelled}) {
		t.Errorf("says %+v, want that it is cancelled", event)
	}
	if outcome, err := a.Cancel(t.Context(), arrival.Pool, arrival.RequestID, ""); err != nil || outcome.Reason != matchmaking.EndCancelled {
		t.Errorf("again: %+v, %v", outcome, err)
	}
}

func TestLostReplyOfPark(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	proxy := redistest.NewProxy(t, server)
	a, b := startNode(t, proxy.URL(), 0), startNode(t, server.URL(), 0)
	arrival := matchmakingtest.Arrival(t, "a")
	watch := a.wait(arrival)
	a.loadScripts()
	proxy.LoseReplies()
	watch.Close()
	b.quiet(b.wait(matchmakingtest.Arrival(t, "b")))
	proxy.Cut()
	arrival.Attempt++
	a.matched(a.attach(arrival))
}

// TestLostReplyOfTend lets the turn of a walk happen whose reply is lost: the
// walk goes on, and two compatible people do not wait side by side.
func TestLostReplyOfTend(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	proxy := redistest.NewProxy(t, server)
	config := matchmakingredis.Config{}.WithLease(time.Hour)
	a, b := newNode(t, proxy.URL(), config), newNode(t, server.URL(), config)
	const crowd = 3 * matchmaking.MaxLook
	var others []string
	for i := range crowd {
		others = append(others, matchmakingtest.Arrival(t, fmt.Sprint(i)).Pseudonym)
	}
	for i := range crowd {
		arrival := matchmakingtest.Arrival(t, fmt.Sprint(i))
		arrival.Avoid = append([]string{
			matchmakingtest.Arrival(t, "last").Pseudonym, matchmakingtest.Arrival(t, "seeker").Pseudonym,
		}, others...)
		b.wait(arrival)
	}
	b.wait(matchmakingtest.Arrival(t, "last"))
	seeker := a.wait(matchmakingtest.Arrival(t, "seeker"))
	proxy.LoseReplies()
	a.start()
	time.Sleep(100 * time.Millisecond)
	proxy.Cut()
	a.matched(seeker)
}

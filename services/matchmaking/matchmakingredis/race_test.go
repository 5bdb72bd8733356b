package matchmakingredis_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

// races is how often calls are made at once.
const races = 300

// testOnNodes runs body with one node and with two that share a store.
func testOnNodes(t *testing.T, body func(t *testing.T, a, b *node)) {
	t.Run("one node", func(t *testing.T) {
		t.Parallel()
		a := startNode(t, redistest.Start(t).URL(), 0)
		body(t, a, a)
	})
	t.Run("two nodes", func(t *testing.T) {
		t.Parallel()
		url := redistest.Start(t).URL()
		body(t, startNode(t, url, 0), startNode(t, url, 0))
	})
}

// runAtOnce runs functions at once.
func runAtOnce(functions ...func()) {
	var all sync.WaitGroup
	for _, function := range functions {
		all.Go(function)
	}
	all.Wait()
}

// lastOf returns the last event of a watch.
func lastOf(n *node, watch matchmaking.Watch) matchmaking.Event {
	for {
		if event := n.next(watch); event.Last() {
			return event
		}
	}
}

// TestCancelDuringAttach cancels a request as it arrives: it is cancelled or
// matched, whoever is asked, and stays so.
func TestCancelDuringAttach(t *testing.T) {
	t.Parallel()
	testOnNodes(t, func(t *testing.T, a, b *node) {
		matched := 0
		for i := range races {
			arrival := matchmakingtest.Arrival(t, fmt.Sprint("request-", i))
			other := matchmakingtest.Arrival(t, fmt.Sprint("other-", i))
			partner := b.wait(other)
			var watch matchmaking.Watch
			var outcome matchmaking.Outcome
			var failed error
			runAtOnce(
				func() { watch = a.attach(arrival) },
				func() {
					time.Sleep(rand.N(200 * time.Microsecond)) // either may be first
					outcome, failed = b.Cancel(t.Context(), arrival.Pool, arrival.RequestID, "")
				},
			)
			if failed != nil {
				t.Fatalf("cancel: %v", failed)
			}
			last := lastOf(a, watch)
			switch event := last.(type) {
			case matchmaking.Matched:
				matched++
				if outcome.Match == nil || outcome.Match.RoomID != event.Match.RoomID {
					t.Fatalf("matched, and cancelled as %+v", outcome)
				}
				sameRoom(t, event.Match, b.matched(partner))
			default:
				if last != (matchmaking.Ended{Reason: matchmaking.EndCancelled}) || outcome.Match != nil {
					t.Fatalf("says %+v, cancelled as %+v", last, outcome)
				}
				if _, err := b.Cancel(t.Context(), other.Pool, other.RequestID, ""); err != nil {
					t.Fatal(err)
				}
			}
			partner.Close()
		}
		t.Logf("%d of %d were matched", matched, races)
	})
}

// TestOneTicketAtOnce lets two streams attach, another ticket of the client
// arrive, and the first be cancelled, all at once: one stream has each ticket,
// each ticket ends once, and the client is left with one.
func TestOneTicketAtOnce(t *testing.T) {
	t.Parallel()
	testOnNodes(t, func(t *testing.T, a, b *node) {
		for i := range races {
			first := arrivalFor(t, fmt.Sprint("first-", i), 3)
			second := arrivalFor(t, fmt.Sprint("second-", i), 3)
			second.Pseudonym = first.Pseudonym
			var streams [2]matchmaking.Watch
			var newer matchmaking.Watch
			var outcome matchmaking.Outcome
			var failed error
			runAtOnce(
				func() { streams[0] = a.attach(first) },
				func() { streams[1] = b.attach(first) },
				func() { newer = b.attach(second) },
				func() { outcome, failed = a.Cancel(t.Context(), first.Pool, first.RequestID, "") },
			)
			if failed != nil {
				t.Fatalf("cancel: %v", failed)
			}
			for j, stream := range streams {
				switch event := lastOf([]*node{a, b}[j], stream); event {
				case matchmaking.Ended{Reason: outcome.Reason}, matchmaking.Detached{Reason: matchmaking.DetachedFenced}:
				default:
					t.Fatalf("stream %d says %+v, the ticket ended with reason %d", j, event, outcome.Reason)
				}
			}
			ended, err := a.Cancel(t.Context(), second.Pool, second.RequestID, "")
			if err != nil || ended.Reason != matchmaking.EndCancelled && ended.Reason != matchmaking.EndSuperseded {
				t.Fatalf("the other ticket: %+v, %v", ended, err)
			}
			if event := lastOf(b, newer); event != (matchmaking.Ended{Reason: ended.Reason}) {
				t.Fatalf("the other stream says %+v, the ticket ended with reason %d", event, ended.Reason)
			}
			for _, watch := range append(streams[:], newer) {
				watch.Close()
			}
			a.empties(0)
		}
	})
}

package matchmakingmem

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// fill puts tickets into a pool's queue that avoid the walker. By the front
// door they would meet one another.
func fill(e *Engine, tickets int) {
	for i := range tickets {
		e.place++
		t := &ticket{
			arrival: matchmaking.Arrival{RequestID: fmt.Sprint("waiting ", i), Pool: "pool", GroupSize: 2, MaxWait: matchmaking.MaxWait},
			place:   e.place,
			avoid:   map[string]bool{"walker": true},
			widened: true,
		}
		t.arrival.Pseudonym = t.arrival.RequestID
		t.watch = newWatch(e, t)
		e.enqueueLocked(t)
	}
}

func walker(number int) matchmaking.Arrival {
	return matchmaking.Arrival{
		RequestID: fmt.Sprint("walker ", number),
		Pseudonym: "walker",
		Pool:      "pool",
		GroupSize: 2,
		MaxWait:   matchmaking.MaxWait,
	}
}

// TestLongWalk shows that a partner at the end of a long queue is found in
// time, and that others have their turn meanwhile.
func TestLongWalk(t *testing.T) {
	t.Parallel()
	for _, tickets := range []int{1_000, 100_000} {
		synctest.Test(t, func(t *testing.T) {
			e := New(Config{})
			fill(e, tickets)
			last := &ticket{arrival: walker(0), place: e.place + 1, widened: true}
			last.arrival.Pseudonym = "partner"
			last.watch = newWatch(e, last)
			e.enqueueLocked(last)
			e.place++
			began := time.Now()
			watch, err := e.Attach(t.Context(), walker(1))
			if err != nil {
				t.Fatal(err)
			}
			if event, err := watch.Next(t.Context()); err != nil || event.Last() {
				t.Fatalf("first %+v, %v, want queued", event, err)
			}
			event, err := watch.Next(t.Context())
			if _, matched := event.(matchmaking.Matched); err != nil || !matched {
				t.Fatalf("then %+v, %v, want matched", event, err)
			}
			if took := time.Since(began); took <= 0 || took > matchmaking.WalkPause*3/4 {
				t.Errorf("found after %v among %d", took, tickets)
			}
		})
	}
}

// BenchmarkArrive lets one come and go among tickets that wait in the same
// bucket and cannot be met. The ratio is that to an empty pool.
func BenchmarkArrive(b *testing.B) {
	var empty float64
	for _, tickets := range []int{0, 1_000, 100_000} {
		b.Run(fmt.Sprintf("waiting=%d", tickets), func(b *testing.B) {
			e := New(Config{})
			fill(e, tickets)
			arrival := walker(0)
			for b.Loop() {
				if _, err := e.Attach(b.Context(), arrival); err != nil {
					b.Fatal(err)
				}
				e.mu.Lock()
				t := e.tickets[key{arrival.Pool, arrival.RequestID}]
				e.endLocked(t, matchmaking.EndCancelled)
				t.end.Stop()
				e.forgetLocked(t)
				e.mu.Unlock()
			}
			each := float64(b.Elapsed()) / float64(b.N)
			if tickets == 0 {
				empty = each
			}
			b.ReportMetric(each/empty, "ratio")
		})
	}
}

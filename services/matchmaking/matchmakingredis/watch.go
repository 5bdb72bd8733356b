package matchmakingredis

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// A watch is told how its ticket is, compares that with what it told before,
// and so never tells anything twice.
type watch struct {
	*matchmaking.EventQueue

	engine      *Engine
	arrival     matchmaking.Arrival
	fingerprint string
	generation  string // names this stream among those of the ticket

	mu      sync.Mutex // guards the following fields
	open    bool       // told how its ticket was when it attached
	since   time.Time  // then
	early   []view     // told before that
	seen    view       // the latest
	over    bool       // told its last event
	closed  bool
	widened bool // told
}

func newWatch(e *Engine, arrival matchmaking.Arrival) *watch {
	return &watch{
		engine: e, arrival: arrival, fingerprint: arrival.Fingerprint(), generation: rand.Text(),
		EventQueue: matchmaking.NewEventQueue(),
	}
}

func (w *watch) key() key { return key{w.arrival.Pool, w.arrival.RequestID} }

// attached takes the ticket as it was when the stream took it, or went on.
func (w *watch) attached(v view, pool matchmaking.Pool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.over:
		return
	case v.final(): // whoever had the ticket last
		w.open, w.seen = true, v
		w.endLocked(v.last())
		return
	case w.open:
		w.seeLocked(v)
		return
	}
	w.open, w.since, w.seen, w.widened = true, time.Now(), v, v.widened
	w.Tell(matchmaking.Queued{Pool: pool, PlaceKept: v.back})
	if v.widened {
		w.tellWidened()
	}
	for _, early := range w.early {
		w.seeLocked(early)
	}
	w.early = nil
}

// see takes what the store tells of the ticket.
func (w *watch) see(v view) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.open {
		w.early = append(w.early, v)
		return
	}
	w.seeLocked(v)
}

func (w *watch) seeLocked(v view) {
	switch {
	case w.over:
		return
	case v.generation == w.generation:
		if v.widened && !w.widened {
			w.widened = true
			w.tellWidened()
		}
		if v.final() || v.version > w.seen.version {
			w.seen = v
		}
		if v.final() {
			w.endLocked(v.last())
		}
	case v.version > w.seen.version: // what is older is of a stream before this one
		w.endLocked(matchmaking.Detached{Reason: matchmaking.DetachedFenced})
	}
}

// tellWidened tells that the ticket is widened, if that means anything to its
// client.
func (w *watch) tellWidened() {
	if widening := w.arrival.Widening(); widening != (matchmaking.Widened{}) {
		w.Tell(widening)
	}
}

func (w *watch) end(event matchmaking.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.endLocked(event)
	}
}

func (w *watch) endLocked(event matchmaking.Event) {
	w.over = true
	w.Tell(event)
}

// opened reports whether the stream was open before then and still has its
// ticket, as far as it knows.
func (w *watch) opened(before time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.open && !w.over && !w.closed && w.since.Before(before)
}

// hasWidened reports whether the stream has told that its ticket is widened,
// or has not told anything yet.
func (w *watch) hasWidened() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.widened || !w.open
}

func (w *watch) isClosed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

// Close implements matchmaking.Watch. It waits for the store for some seconds
// at most; what it cannot park in time is parked later.
func (w *watch) Close() {
	w.mu.Lock()
	again, over, open, ended := w.closed, w.over, w.open, w.seen.final()
	w.closed = true
	w.mu.Unlock()
	if again {
		return
	}
	e := w.engine
	alone := e.unregister(w)
	switch {
	case over && ended: // counted until it is forgotten
	case over: // another stream has the ticket
		if alone && open {
			e.quotas.leave(w.key())
		}
	case e.park(context.Background(), w.key(), w.generation) != nil:
		e.abandon(w)
		e.quotas.until(w.key(), e.now().Add(matchmaking.ParkedGrace+matchmaking.Retention))
	}
}

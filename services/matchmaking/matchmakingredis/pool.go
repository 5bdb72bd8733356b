package matchmakingredis

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// A pool is what a node does in one pool of the store.
type pool struct {
	name string
	wake chan struct{} // filled when the pool must be tended earlier than planned

	// The following fields are guarded by Engine.mu.
	watches   map[string][]*watch // by request; those of this node
	abandoned map[string]string   // generation of a stream that is gone -> request, to be parked
	again     []cancelled         // to be cancelled again
	audit     audit
	tending   bool // a goroutine does
	planned   time.Time
	lease     time.Time // when this node renewed its lease
	due       time.Time // when a ticket that waits changes by itself; zero: never
	clean     time.Time // when there is something to clean up; zero: never
	busy      matchmaking.Pool
	busyAt    time.Time // when busy was true; zero: this node has done something since
}

func (e *Engine) useLocked(name string) *pool {
	p, known := e.pools[name]
	if !known {
		p = &pool{
			name: name, wake: make(chan struct{}, 1), planned: time.Now(),
			watches: make(map[string][]*watch), abandoned: make(map[string]string),
		}
		p.clean = p.planned // what a call leaves behind must be found
		e.pools[name] = p
		e.idle.remove(name)
	}
	e.tendLocked(p)
	return p
}

// use begins to tend a pool.
func (e *Engine) use(name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.useLocked(name)
}

// register lets a stream be told of its ticket from now on.
func (e *Engine) register(w *watch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, id := e.useLocked(w.arrival.Pool), w.arrival.RequestID
	if len(p.watches) == 0 {
		p.lease, p.audit.last = time.Now(), time.Now() // the call that follows renews the lease
		p.stir()
	}
	p.watches[id] = append(p.watches[id], w)
}

// unregister reports whether no other stream here is told of the ticket.
func (e *Engine) unregister(w *watch) (alone bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, id := e.pools[w.arrival.Pool], w.arrival.RequestID
	if p == nil {
		return true
	}
	p.watches[id] = slices.DeleteFunc(p.watches[id], func(other *watch) bool { return other == w })
	if len(p.watches[id]) > 0 {
		return false
	}
	delete(p.watches, id)
	if len(p.watches) == 0 && p.clean.IsZero() {
		p.clean = time.Now() // what was left to others and the next renewal
		p.stir()
	}
	return true
}

// abandon parks the ticket of a stream later, if it must be.
func (e *Engine) abandon(w *watch) {
	e.unregister(w)
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.useLocked(w.arrival.Pool)
	p.abandoned[w.generation] = w.arrival.RequestID
	p.stir()
}

// renewed notes what a call has done: it renewed the lease of this node, and a
// ticket changes by itself after a while.
func (e *Engine) renewed(name string, at time.Time, changes time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.pools[name]; p != nil {
		p.lease = at
		p.expectLocked(changes)
	}
}

// expectLocked lets the pool be tended when a ticket changes by itself.
func (p *pool) expectLocked(changes time.Duration) {
	if changes <= 0 {
		return
	}
	if at := time.Now().Add(changes); p.due.IsZero() || at.Before(p.due) {
		p.due = at
		if at.Before(p.planned) {
			p.stir()
		}
	}
}

// deliver tells the streams of this node how their tickets are. What cannot be
// read is left to the next audit.
func (e *Engine) deliver(ctx context.Context, name string, texts []string) {
	for _, text := range texts {
		v, err := parseView(name, text)
		if err != nil {
			e.config.Logger.ErrorContext(ctx, "tell a stream of its ticket", "error", err)
			continue
		}
		if v.final() {
			e.quotas.until(key{name, v.requestID}, v.forget)
		}
		e.mu.Lock()
		var watches []*watch
		if p := e.pools[name]; p != nil {
			watches = slices.Clone(p.watches[v.requestID])
		}
		e.mu.Unlock()
		for _, w := range watches {
			w.see(v)
		}
	}
}

// onMessage takes a notification: a pool and how one of its tickets is.
func (e *Engine) onMessage(ctx context.Context, message string) {
	name, text, _ := strings.Cut(message, "|")
	e.deliver(ctx, name, []string{text})
}

// busyFor is how long a node believes how busy a pool is: the heartbeats of all
// who wait there tell it.
const busyFor = time.Second

// lastBusy returns how busy a pool was a moment ago.
func (e *Engine) lastBusy(name string) (busy matchmaking.Pool, known bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.pools[name]
	if p == nil || time.Since(p.busyAt) > busyFor {
		return busy, false
	}
	return p.busy, true
}

func (e *Engine) setBusy(name string, busy matchmaking.Pool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.pools[name]; p != nil {
		p.busy, p.busyAt = busy, time.Now()
	}
}

func (e *Engine) forgetBusy(name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.pools[name]; p != nil {
		p.busyAt = time.Time{}
	}
}

// stir lets the pool be tended as planned now.
func (p *pool) stir() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

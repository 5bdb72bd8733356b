package matchmakingredis

import (
	"slices"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// A pool is what a node does in one pool of the store.
type pool struct {
	name string
	bell chan struct{} // filled when there is news
	wake chan struct{} // filled when the time of the next look is another

	// The following fields are guarded by Engine.mu.
	watches map[string][]*watch // by request; those of this node
	strays  map[string]string   // generation of a stream that is gone -> request, to be parked
	walks   []walk              // to be gone on with
	asked   map[string]bool     // requests to be looked at
	looked  time.Time           // when the store was asked last
	due     time.Duration       // from then on, until something is; zero: nothing is
	tending bool                // a goroutine does
	busy    matchmaking.Pool    // as it was
	seen    time.Time           // then; zero: this node has done something since
	audit   audit
}

func (e *Engine) useLocked(name string) *pool {
	p, known := e.pools[name]
	if !known {
		p = &pool{
			name: name, bell: make(chan struct{}, 1), wake: make(chan struct{}, 1),
			watches: make(map[string][]*watch), strays: make(map[string]string), asked: make(map[string]bool),
		}
		e.pools[name] = p
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

// register lets a stream have the news of its ticket from now on.
func (e *Engine) register(w *watch, name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.useLocked(name)
	if w.pool != name {
		w.pool = name
	}
	if len(p.watches) == 0 {
		p.stir() // a lease is needed again
	}
	if id := w.arrival.RequestID; !slices.Contains(p.watches[id], w) {
		p.watches[id] = append(p.watches[id], w)
	}
}

func (e *Engine) unregister(w *watch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, id := e.pools[w.pool], w.arrival.RequestID
	if p == nil {
		return
	}
	p.watches[id] = slices.DeleteFunc(p.watches[id], func(other *watch) bool { return other == w })
	if len(p.watches[id]) == 0 {
		delete(p.watches, id)
	}
}

// abandon parks the ticket of a stream later, if it must be.
func (e *Engine) abandon(w *watch) {
	e.unregister(w)
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.useLocked(w.pool)
	p.strays[w.generation] = w.arrival.RequestID
	p.ring()
}

func (e *Engine) addWalk(name string, more walk) {
	if more.requestID == "" {
		return
	}
	e.mu.Lock()
	p := e.useLocked(name)
	p.walks = append(p.walks, more)
	e.mu.Unlock()
	p.ring()
}

// deliver tells the streams of this node what the store says of their tickets.
func (e *Engine) deliver(name string, views []view) {
	for _, v := range views {
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

// busyFor is how long a node believes how busy a pool is: the heartbeats of all
// who wait there tell it.
const busyFor = time.Second

// lastSeen returns how busy a pool was a moment ago.
func (e *Engine) lastSeen(name string) (busy matchmaking.Pool, known bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.pools[name]
	if p == nil || time.Since(p.seen) > busyFor {
		return busy, false
	}
	return p.busy, true
}

func (e *Engine) see(name string, busy matchmaking.Pool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.pools[name]; p != nil {
		p.busy, p.seen = busy, time.Now()
	}
}

// changes forgets how busy a pool was.
func (e *Engine) changes(name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.pools[name]; p != nil {
		p.seen = time.Time{}
	}
}

func (p *pool) ring() { fill(p.bell) }
func (p *pool) stir() { fill(p.wake) }

func fill(signal chan struct{}) {
	select {
	case signal <- struct{}{}:
	default:
	}
}

// hear takes what the bell says: a pool and a request.
func (e *Engine) hear(message string) {
	name, requestID, _ := strings.Cut(message, "|")
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.pools[name]; p != nil {
		p.asked[requestID] = true
		p.ring()
	}
}

// missed is for bells that may have been lost.
func (e *Engine) missed() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range e.pools {
		p.audit.next = time.Time{}
		p.ring()
	}
}

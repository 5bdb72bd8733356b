// Package matchmakingmem keeps tickets in the memory of one process. It is
// the default engine, enough for one node; a restart forgets who waits, and
// clients that attach again wait anew.
package matchmakingmem

import (
	"container/list"
	"context"
	"sync"
	"time"

	"github.com/google/btree"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

var _ matchmaking.Engine = (*Engine)(nil)

// Config configures an Engine. The zero value is ready to use.
type Config struct {
	// Limits bound the tickets of all pools together.
	Limits matchmaking.Limits
}

// Engine is a matchmaking.Engine in memory. It runs no goroutine. What an
// arrival costs does not depend on how many wait.
type Engine struct {
	config Config

	mu       sync.Mutex      // guards the following fields and everything they reach
	tickets  map[key]*ticket // by request id
	byClient map[key]*ticket // the active ticket of a pseudonym
	owners   map[string]int  // how many tickets each has
	networks map[key]int     // how many tickets each has in a pool, and all have together: that without a name
	claims   map[key]string  // the request id that redeemed a Requeue, by its id
	pools    map[string]*pool
	idle     *list.List // of *pool: those in which nobody waits, the longest idle first
	nodes    *btree.FreeListG[*ticket]
	place    int64 // of the last arrival
}

// A key is a name within a pool.
type key struct {
	pool, name string
}

// New returns an empty engine.
func New(config Config) *Engine {
	return &Engine{
		config:   config,
		tickets:  make(map[key]*ticket),
		byClient: make(map[key]*ticket),
		owners:   make(map[string]int),
		networks: make(map[key]int),
		claims:   make(map[key]string),
		pools:    make(map[string]*pool),
		idle:     list.New(),
		nodes:    btree.NewFreeListG[*ticket](btree.DefaultFreeListSize),
		// The wall clock keeps places ordered over restarts.
		place: time.Now().UnixMicro(),
	}
}

// Attach implements matchmaking.Engine.
func (e *Engine) Attach(_ context.Context, arrival matchmaking.Arrival) (matchmaking.Watch, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t, known := e.tickets[key{arrival.Pool, arrival.RequestID}]
	switch {
	case !known:
		return e.arriveLocked(arrival)
	case t.fingerprint != "" && t.fingerprint != arrival.Fingerprint():
		return nil, matchmaking.ErrParametersDiffer
	case t.state.final():
		return newWatch(e, t, t.lastEvent()), nil
	case arrival.Attempt < t.arrival.Attempt:
		return newWatch(e, t, matchmaking.Detached{Reason: matchmaking.DetachedStaleAttempt}), nil
	}
	return e.reattachLocked(t, arrival), nil
}

// Cancel implements matchmaking.Engine.
func (e *Engine) Cancel(_ context.Context, pool, requestID, owner string) (matchmaking.Outcome, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t, known := e.tickets[key{pool, requestID}]
	if !known {
		t = &ticket{arrival: matchmaking.Arrival{Pool: pool, RequestID: requestID, Owner: owner}}
		if err := e.holdLocked(t); err != nil {
			return matchmaking.Outcome{}, err
		}
	}
	if !t.state.final() {
		e.endLocked(t, matchmaking.EndCancelled)
	}
	return matchmaking.Outcome{Match: t.match, Reason: t.reason}, nil
}

// Pool implements matchmaking.Engine.
func (e *Engine) Pool(_ context.Context, name string) (matchmaking.Pool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.poolLocked(name), nil
}

func (e *Engine) poolLocked(name string) matchmaking.Pool {
	p, known := e.pools[name]
	if !known {
		return matchmaking.Pool{}
	}
	return matchmaking.Pool{Waiting: p.waiting, MedianWait: p.medianWait(time.Now())}
}

// holdLocked makes a ticket known, within the limits.
func (e *Engine) holdLocked(t *ticket) error {
	owner, limits := t.arrival.Owner, e.config.Limits
	if limits.MaxTickets > 0 && len(e.tickets) >= limits.MaxTickets {
		return matchmaking.ErrTooManyTickets
	}
	if owner != "" {
		if limits.MaxTicketsPerOwner > 0 && e.owners[owner] >= limits.MaxTicketsPerOwner {
			return matchmaking.ErrTooManyTickets
		}
		e.owners[owner]++
	}
	e.tickets[t.key()] = t
	e.countLocked(t, 1)
	return nil
}

// countLocked counts a ticket for its network and its pool.
func (e *Engine) countLocked(t *ticket, more int) {
	counted := []key{{pool: t.arrival.Pool}}
	if t.arrival.Network != "" {
		counted = append(counted, t.networkKey())
	}
	for _, k := range counted {
		if e.networks[k] += more; e.networks[k] == 0 {
			delete(e.networks, k)
		}
	}
}

// crowdsLocked reports whether the ticket is of a network that crowds its pool.
func (e *Engine) crowdsLocked(t *ticket) bool {
	return t.arrival.Network != "" && matchmaking.Crowds(e.networks[t.networkKey()], e.networks[key{pool: t.arrival.Pool}])
}

func (e *Engine) forgetLocked(t *ticket) {
	delete(e.tickets, t.key())
	e.countLocked(t, -1)
	if owner := t.arrival.Owner; owner != "" {
		if e.owners[owner]--; e.owners[owner] == 0 {
			delete(e.owners, owner)
		}
	}
}

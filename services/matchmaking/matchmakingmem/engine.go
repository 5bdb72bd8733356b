// Package matchmakingmem keeps tickets in the memory of one process. It is
// the default engine, enough for one node; a restart forgets who waits, and
// clients that attach again wait anew.
package matchmakingmem

import (
	"context"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

var _ matchmaking.Engine = (*Engine)(nil)

// Config bounds an Engine. The zero value is ready to use.
type Config struct {
	// MaxTickets bounds the tickets held, those parked and those remembered
	// after their end included. Zero: no bound.
	MaxTickets int
}

// Engine is a matchmaking.Engine in memory. It runs no goroutine.
type Engine struct {
	config Config

	mu       sync.Mutex // guards the following fields and everything they reach
	tickets  map[string]*ticket
	byClient map[string]*ticket // the active ticket of a pseudonym
	pools    map[string]*pool
	place    int64 // of the last arrival
}

// New returns an empty engine.
func New(config Config) *Engine {
	return &Engine{
		config:   config,
		tickets:  make(map[string]*ticket),
		byClient: make(map[string]*ticket),
		pools:    make(map[string]*pool),
		// The wall clock keeps places ordered over restarts.
		place: time.Now().UnixMicro(),
	}
}

// Attach implements matchmaking.Engine.
func (e *Engine) Attach(_ context.Context, arrival matchmaking.Arrival) (matchmaking.Watch, error) {
	if err := served(arrival); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	t, known := e.tickets[arrival.RequestID]
	switch {
	case !known:
		if e.fullLocked() {
			return nil, matchmaking.ErrTooManyTickets
		}
		return e.arriveLocked(arrival), nil
	case t.fingerprint != "" && t.fingerprint != arrival.Fingerprint():
		return nil, matchmaking.ErrParametersDiffer
	case t.state.final():
		return newWatch(e, t, t.lastEvent()), nil
	case arrival.Attempt < t.arrival.Attempt:
		return newWatch(e, t, matchmaking.Detached{Reason: matchmaking.DetachedStaleAttempt}), nil
	}
	return e.reattachLocked(t, arrival.Attempt), nil
}

// Cancel implements matchmaking.Engine.
func (e *Engine) Cancel(_ context.Context, requestID, _ string) (matchmaking.Outcome, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t, known := e.tickets[requestID]
	if !known {
		if e.fullLocked() {
			return matchmaking.Outcome{}, matchmaking.ErrTooManyTickets
		}
		t = &ticket{arrival: matchmaking.Arrival{RequestID: requestID}}
		e.tickets[requestID] = t
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
	return matchmaking.Pool{Waiting: p.waiting.Len(), MedianWait: p.medianWait(time.Now())}
}

func (e *Engine) fullLocked() bool {
	return e.config.MaxTickets > 0 && len(e.tickets) >= e.config.MaxTickets
}

// served names the first parameter that this engine does not pair by.
func served(arrival matchmaking.Arrival) error {
	switch {
	case arrival.GroupSize != matchmaking.DefaultGroupSize:
		return &matchmaking.NotServedError{Field: "group_size"}
	case len(arrival.Interests) > 0:
		return &matchmaking.NotServedError{Field: "interests"}
	case len(arrival.Avoid) > 0:
		return &matchmaking.NotServedError{Field: "avoid"}
	case len(arrival.Recent) > 0:
		return &matchmaking.NotServedError{Field: "recent"}
	case arrival.Requeue != nil:
		return &matchmaking.NotServedError{Field: "requeue_token"}
	}
	return nil
}

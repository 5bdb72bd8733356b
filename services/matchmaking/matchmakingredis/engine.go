// Package matchmakingredis keeps tickets in Redis or Valkey, so that any
// number of nodes share them: a person may wait on one node and be matched by
// another. The store decides everything, in scripts of one step each; a node
// keeps only its open streams.
package matchmakingredis

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

var _ matchmaking.Engine = (*Engine)(nil)

// Config says where an Engine keeps its tickets.
type Config struct {
	// Store is the Redis or Valkey to keep them in.
	Store *redisstore.Store
	// Limits bound the tickets that came by this node and are remembered.
	Limits matchmaking.Limits
	// Logger hears of faults that pass. Nil: slog.Default().
	Logger *slog.Logger

	clock *redisstore.Clock // nil: the store's
	lease time.Duration     // how long a node that says nothing counts as alive; zero: lease
}

// Engine is a matchmaking.Engine in Redis or Valkey. Run must be running for
// as long as it is used.
type Engine struct {
	config Config
	node   string // names this node among those of the store
	quotas *quotas

	mu      sync.Mutex // guards the following fields
	pools   map[string]*pool
	running context.Context // of Run; nil before and after it
	work    sync.WaitGroup  // of Run
}

// New returns an engine. It asks the store for nothing.
func New(config Config) *Engine {
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	if config.lease == 0 {
		config.lease = lease
	}
	return &Engine{
		config: config,
		node:   rand.Text(),
		quotas: newQuotas(config),
		pools:  make(map[string]*pool),
	}
}

// Run keeps this node's tickets alive, gives its streams their news, and does
// what is due, until ctx ends. Then nobody holds the tickets of streams still
// open: they are parked when the lease of the node ends.
func (e *Engine) Run(ctx context.Context) {
	e.mu.Lock()
	e.running = ctx
	for _, p := range e.pools {
		e.tendLocked(p)
	}
	e.mu.Unlock()
	e.config.Store.Subscribe(ctx, e.channel()+e.node, e.hear, e.missed)
	e.mu.Lock()
	e.running = nil // nobody begins to tend a pool from now on
	e.mu.Unlock()
	e.work.Wait()
}

// Pool implements matchmaking.Engine. What other nodes did in the last second
// may not be in it.
func (e *Engine) Pool(ctx context.Context, name string) (matchmaking.Pool, error) {
	if busy, known := e.lastSeen(name); known {
		return busy, nil
	}
	r, err := e.run(ctx, lookScript, name)
	if err != nil {
		return matchmaking.Pool{}, err
	}
	busy := r.pool(0)
	if r.err == nil {
		e.see(name, busy)
	}
	return busy, r.err
}

// Cancel implements matchmaking.Engine.
func (e *Engine) Cancel(ctx context.Context, pool, requestID, owner string) (matchmaking.Outcome, error) {
	mine := location{pool: inAdvance}
	held, err := e.claim(ctx, e.requestKey(pool, requestID), mine, onlyIfFree)
	if err != nil {
		return matchmaking.Outcome{}, err
	}
	if held.free && !e.quotas.take(requestID, owner, held.now) {
		e.release(ctx, e.requestKey(pool, requestID), mine)
		return matchmaking.Outcome{}, matchmaking.ErrTooManyTickets
	}
	v, err := e.finish(ctx, held.location.pool, requestID, matchmaking.EndCancelled)
	if err != nil {
		return matchmaking.Outcome{}, err
	}
	e.quotas.endsAt(requestID, held.now.Add(matchmaking.Retention))
	if matched, ok := v.last().(matchmaking.Matched); ok {
		return matchmaking.Outcome{Match: &matched.Match}, nil
	}
	return matchmaking.Outcome{Reason: v.reason}, nil
}

// finish ends a ticket in a pool, or tells how it ended before.
func (e *Engine) finish(ctx context.Context, name, requestID string, reason matchmaking.EndReason) (view, error) {
	e.use(name)
	r, err := e.run(ctx, finishScript, name, requestID, number(int64(reason)))
	if err != nil {
		return view{}, err
	}
	touched, v := r.views(0), r.view(1)
	if r.err == nil {
		e.deliver(name, touched)
	}
	return v, r.err
}

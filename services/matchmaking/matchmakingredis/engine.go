// Package matchmakingredis keeps tickets in Redis or Valkey, so that any
// number of nodes share them: a person may wait on one node and be matched by
// another. The store decides everything, in scripts of one step each, and all
// of a pool lies in one slot of a Cluster. A node keeps only its open streams.
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
	// Limits bound the tickets of each pool over all nodes, and besides those of
	// all pools that this node has to do with.
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

	mu        sync.Mutex // guards the following fields
	pools     map[string]*pool
	idle      idlePools
	cancelled []cancelled     // the latest answers, the oldest first
	running   context.Context // of Run; nil before and after it
	work      sync.WaitGroup  // of Run
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
		quotas: newQuotas(config.Limits),
		pools:  make(map[string]*pool),
	}
}

// Run keeps this node's tickets alive, tells its streams what happens to them,
// and does what is due, until ctx ends. Streams that are still open then no
// longer hold their tickets: these are parked when the lease of the node ends.
func (e *Engine) Run(ctx context.Context) {
	e.mu.Lock()
	e.running = ctx
	for _, p := range e.pools {
		e.tendLocked(p)
	}
	e.mu.Unlock()
	e.config.Store.Subscribe(ctx, e.channel()+e.node, func(message string) { e.onMessage(ctx, message) }, e.onGap)
	e.mu.Lock()
	e.running = nil // nobody begins to tend a pool from now on
	e.mu.Unlock()
	e.work.Wait()
}

// Pool implements matchmaking.Engine. What other nodes did in the last second
// may not be in it.
func (e *Engine) Pool(ctx context.Context, name string) (matchmaking.Pool, error) {
	if busy, known := e.lastBusy(name); known {
		return busy, nil
	}
	reply, err := e.config.Store.Ask(ctx, lookScript, e.config.clock, e.poolKeys(name)[:1])
	if err != nil {
		return matchmaking.Pool{}, stepError("look at pool", err)
	}
	busy := matchmaking.Pool{
		Waiting:    int(reply.Number(0)),
		MedianWait: medianWait(reply.Text(1), time.UnixMicro(reply.Number(2))),
	}
	if err := reply.Err(); err != nil {
		return matchmaking.Pool{}, stepError("look at pool", err)
	}
	e.setBusy(name, busy)
	return busy, nil
}

// now is the time by which tickets are counted.
func (e *Engine) now() time.Time {
	if e.config.clock != nil {
		return e.config.clock.Now()
	}
	return time.Now()
}

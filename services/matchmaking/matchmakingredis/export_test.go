package matchmakingredis

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
)

// WithClock returns the config with a clock that the test moves, however far:
// the node counts as alive.
func (c Config) WithClock(clock *redisstore.Clock) Config {
	c.clock, c.lease = clock, 24*time.Hour
	return c
}

// WithLease returns the config with another lease than usual. Zero: as usual.
func (c Config) WithLease(lease time.Duration) Config {
	c.lease = lease
	return c
}

// Advance moves the engine's clock, which must stand still by itself, and does
// what is due at its time. It stands in for Run.
func (e *Engine) Advance(ctx context.Context, t testing.TB, d time.Duration) {
	clock := e.config.clock
	target := clock.Now().Add(d)
	for {
		due := e.settle(ctx, t)
		if due < 0 || clock.Now().Add(due).After(target) {
			if clock.Now().Equal(target) {
				return
			}
			due = target.Sub(clock.Now())
		}
		clock.Set(clock.Now().Add(due))
	}
}

// settle does what is due now, and returns in how long something is again.
// Negative: never.
func (e *Engine) settle(ctx context.Context, t testing.TB) time.Duration {
	for rounds := 0; ; rounds++ {
		if rounds > 1000 {
			t.Fatal("what is due is never done")
		}
		soonest := time.Duration(-1)
		earlier := func(d time.Duration) {
			if d > 0 && (soonest < 0 || d < soonest) {
				soonest = d
			}
		}
		e.mu.Lock()
		pools := slices.Collect(maps.Values(e.pools))
		e.mu.Unlock()
		for _, p := range pools {
			done, err := e.tend(ctx, p)
			if err != nil {
				t.Errorf("tend: %v", err)
				return -1
			}
			if !done.idle || !e.drop(p, done.left) {
				earlier(done.changes)
				earlier(done.clean)
			}
		}
		e.discardIdle(ctx)
		if soonest != time.Microsecond { // otherwise there was more than one call does
			return soonest
		}
	}
}

// Held counts what this node remembers.
func (e *Engine) Held() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.quotas.admit(key{}, "", e.now())
	e.quotas.drop(key{})
	e.quotas.mu.Lock()
	defer e.quotas.mu.Unlock()
	return len(e.pools) + e.idle.order.Len() + len(e.quotas.tickets) + len(e.quotas.owners) + len(e.quotas.ends)
}

// Channel is where this node is notified.
func (e *Engine) Channel() string { return e.channel() + e.node }

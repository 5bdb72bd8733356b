package signalingredis

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// WithClock returns the config with a clock that the test moves.
func (c Config) WithClock(clock *redisstore.Clock) Config {
	c.clock = clock
	return c
}

// WithTags returns the config with rooms spread over so many parts.
func (c Config) WithTags(tags int) Config {
	c.tags = tags
	return c
}

// WithLease returns the config with another lease of streams.
func (c Config) WithLease(lease time.Duration) Config {
	c.lease = lease
	return c
}

// A Stepper moves an engine's clock, which stands still by itself. It stands in
// for Run.
type Stepper struct {
	engine  *Engine
	renewed time.Time
}

// NewStepper returns the one of an engine.
func NewStepper(e *Engine) *Stepper { return &Stepper{engine: e} }

// Advance lets the clock run for d, does what is due at its time and keeps the
// streams of the engine alive.
func (s *Stepper) Advance(ctx context.Context, t testing.TB, d time.Duration) {
	t.Helper()
	clock, hop := s.engine.config.clock, s.engine.config.lease/2
	for target := clock.Now().Add(d); ; {
		if clock.Now().Sub(s.renewed) >= hop {
			s.renewed = clock.Now()
			for _, w := range s.engine.local.all() {
				if err := w.poll(ctx, false); err != nil {
					t.Fatalf("poll: %v", err)
				}
			}
		}
		left := target.Sub(clock.Now())
		step := min(s.settle(ctx, t), left, s.renewed.Add(hop).Sub(clock.Now()))
		if left == 0 {
			return
		}
		clock.Set(clock.Now().Add(step))
	}
}

// settle does what is due now, and returns in how long something is again.
func (s *Stepper) settle(ctx context.Context, t testing.TB) time.Duration {
	t.Helper()
	soonest := time.Duration(1<<63 - 1)
	for _, tag := range s.engine.tags {
		due, err := s.engine.tend(ctx, tag)
		if err != nil {
			t.Fatalf("tend: %v", err)
		}
		if due >= 0 {
			soonest = min(soonest, due)
		}
	}
	return soonest
}

// Held counts what this node remembers.
func (e *Engine) Held() int {
	e.local.mu.Lock()
	defer e.local.mu.Unlock()
	return len(e.local.rooms)
}

// RunDeaf is Run that hears nothing of other nodes.
func (e *Engine) RunDeaf(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { e.keepRenewing(ctx) })
	all.Go(func() { e.keepTending(ctx) })
	all.Wait()
}

// LoseReply lets a stream take its next signals, which never arrive.
func LoseReply(ctx context.Context, t testing.TB, stream signaling.Watch) {
	t.Helper()
	w := stream.(*watch)
	w.mu.Lock()
	arguments := append(w.askLocked(), "1")
	w.mu.Unlock()
	if _, err := w.engine.run(ctx, pollScript, w.roomID, w, arguments...); err != nil {
		t.Fatalf("poll: %v", err)
	}
}

// JoinTwice makes the call of a Join that was answered again, as after a lost
// reply.
func JoinTwice(ctx context.Context, t testing.TB, stream signaling.Watch, pass signaling.Pass, cursor string) {
	t.Helper()
	w := stream.(*watch)
	if _, err := w.engine.run(ctx, joinScript, w.roomID, w, append(about(pass), w.generation, "0", cursor)...); err != nil {
		t.Fatalf("join: %v", err)
	}
}

// Wake lets a stream look at its room.
func Wake(stream signaling.Watch) { stream.(*watch).wake() }

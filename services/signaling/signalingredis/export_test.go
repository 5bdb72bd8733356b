package signalingredis

import (
	"context"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

// WithClock returns the config with a clock that the test moves.
func (c Config) WithClock(clock *redisstore.Clock) Config {
	c.clock = clock
	return c
}

// WithSkew returns the config for a node whose own clock is wrong.
func (c Config) WithSkew(skew time.Duration) Config {
	c.skew = skew
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
// streams of the engine alive. The engine hears nothing of others meanwhile, so
// it reads its rooms again now and then.
func (s *Stepper) Advance(ctx context.Context, t testing.TB, d time.Duration) {
	t.Helper()
	e := s.engine
	clock, hop := e.config.clock, e.config.lease/2
	for target := clock.Now().Add(d); ; {
		if clock.Now().Sub(s.renewed) >= hop {
			s.renewed = clock.Now()
			e.readAll()
		}
		left := target.Sub(clock.Now())
		step := min(s.settle(ctx, t), left, s.renewed.Add(hop).Sub(clock.Now()))
		if left == 0 {
			return
		}
		clock.Set(clock.Now().Add(step))
	}
}

// work does what waits for Run.
func (e *Engine) work(ctx context.Context) {
	for {
		select {
		case t := <-e.tasks:
			e.do(ctx, t)
		default:
			return
		}
	}
}

// settle does what is due now, and returns in how long something is again.
func (s *Stepper) settle(ctx context.Context, t testing.TB) time.Duration {
	t.Helper()
	soonest := time.Duration(1<<63 - 1)
	s.engine.work(ctx)
	defer s.engine.work(ctx)
	for _, tag := range s.engine.tags {
		due, err := s.engine.tend(ctx, tag, "")
		if err != nil {
			t.Fatalf("tend: %v", err)
		}
		if due >= 0 {
			soonest = min(soonest, due)
		}
	}
	return soonest
}

// Held counts the rooms that this node has a copy of.
func (e *Engine) Held() int { return len(e.all("")) }

// RunDeaf is Run that hears nothing of other nodes.
func (e *Engine) RunDeaf(ctx context.Context) { e.run(ctx, func() {}) }

// CommitTwice makes the next calls of a room be sent to the store twice, as
// after a lost reply.
func CommitTwice(ctx context.Context, t testing.TB, e *Engine, pass signaling.Pass, stream signaling.Watch, cursor string) {
	t.Helper()
	w := stream.(*watch)
	err := e.change(ctx, pass.RoomID, &call{do: func(c *room.Change) error {
		_, err := c.Join(pass, room.Opening{Stream: w.stream, Node: e.node, Entry: signaling.Entry{Cursor: cursor}, Timeout: e.config.JoinTimeout})
		return err
	}})
	if err != nil {
		t.Fatalf("join: %v", err)
	}
}

// Refresh lets an engine read a room again.
func Refresh(ctx context.Context, t testing.TB, e *Engine, stream signaling.Watch) {
	t.Helper()
	if err := e.read(ctx, stream.(*watch).room); err != nil {
		t.Fatalf("read: %v", err)
	}
}

package signalingredis_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingredis"
)

const (
	crowds = 4    // goroutines that meet in the same rooms, on two nodes
	doings = 3000 // of each
)

// TestCrowds lets crowds use the same rooms at the same time and proves that
// nothing of it stays.
func TestCrowds(t *testing.T) {
	t.Parallel()
	store, clock := open(t, redistest.Start(t).URL()), redisstore.NewClock(time.Now())
	config := signalingredis.Config{Store: store, MaxRooms: 600, MaxRoomsPerOwner: 200, MaxBytes: 16 << 20, MaxBytesPerOwner: 8 << 20}.WithClock(clock)
	engines := []*signalingredis.Engine{signalingredis.New(config), signalingredis.New(config)}
	var all sync.WaitGroup
	for seed := range uint64(crowds) {
		all.Go(func() {
			c := newCrowd(t.Context(), engines[seed%2], clock, seed)
			for n := range doings {
				if err := c.do(n); err != nil {
					t.Errorf("crowd %d, operation %d: %v", seed, n, err)
					return
				}
				if n%100 == 0 {
					clock.Set(clock.Now().Add(time.Duration(c.random.IntN(4000)) * time.Millisecond))
				}
			}
			for _, in := range c.watches {
				in.Close()
			}
		})
	}
	all.Wait()
	keys, err := store.Keys(t.Context())
	if err != nil || keys < 200 {
		t.Errorf("%d keys, %v, want hundreds", keys, err)
	}
	signalingredis.NewStepper(engines[0]).Advance(t.Context(), t, 2*signaling.Retention+time.Minute)
	keys, err = store.Keys(t.Context())
	if held := keys + engines[0].Held() + engines[1].Held(); err != nil || held != 0 {
		t.Errorf("%d things are held after everything ended, %v, want none", held, err)
	}
}

type crowd struct {
	random  *rand.Rand
	engine  *signalingredis.Engine
	clock   *redisstore.Clock
	ctx     context.Context
	ended   context.Context
	watches []signaling.Watch
	cursor  string
}

func newCrowd(ctx context.Context, engine *signalingredis.Engine, clock *redisstore.Clock, seed uint64) *crowd {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	return &crowd{random: rand.New(rand.NewPCG(seed, 0)), engine: engine, clock: clock, ctx: ctx, ended: ended}
}

// do is the nth operation: something in one of the rooms of that time.
func (c *crowd) do(n int) error {
	pass := c.pass(n/20 + c.random.IntN(20))
	peer := pass.Members[c.random.IntN(len(pass.Members))].PeerID
	switch c.random.IntN(12) {
	case 0, 1, 2:
		return c.join(pass)
	case 3, 4, 5:
		batch := make([]signaling.Signal, 1+c.random.IntN(3))
		for i := range batch {
			batch[i].Payload = signaling.Description{Type: signaling.Offer, SDP: "v=0"}
		}
		_, err := c.engine.Append(c.ctx, pass, peer, uint64(1+c.random.IntN(4)), batch)
		return foreseen(err)
	case 6:
		_, err := c.engine.Report(c.ctx, pass, peer, signaling.Outcome{Connected: c.random.IntN(20) > 0})
		return foreseen(err)
	case 7:
		if c.random.IntN(10) > 0 {
			return nil
		}
		return foreseen(c.engine.Leave(c.ctx, pass))
	case 8:
		if len(c.watches) > 0 {
			c.watches[0].Close()
			c.watches = c.watches[1:]
		}
		return nil
	}
	return c.read()
}

func (c *crowd) join(pass signaling.Pass) error {
	watch, err := c.engine.Join(c.ctx, pass, c.cursor, 0)
	if err != nil {
		return foreseen(err)
	}
	c.watches = append(c.watches, watch)
	return nil
}

// read takes what one of the watches has to tell. One whose room was forgotten
// while nobody read it is lost.
func (c *crowd) read() error {
	if len(c.watches) == 0 {
		return nil
	}
	watch := c.watches[c.random.IntN(len(c.watches))]
	for {
		event, err := watch.Next(c.ended)
		if errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) || errors.Is(err, signaling.ErrUnavailable) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("next: %w", err)
		}
		if signals, ok := event.(signaling.SignalsReceived); ok {
			c.cursor = signals.Cursor
		}
	}
}

func (c *crowd) pass(room int) signaling.Pass {
	pass := signaling.Pass{
		RoomID:    fmt.Sprintf("room %d", room),
		MatchedAt: c.clock.Now().Add(-time.Duration(c.random.IntN(100)) * time.Second),
		Requeues:  c.random.IntN(4),
		Owner:     fmt.Sprintf("owner %d", c.random.IntN(20)),
	}
	if c.random.IntN(10) == 0 {
		pass.Expires = c.clock.Now().Add(time.Duration(c.random.IntN(1000)) * time.Second)
	}
	for slot := range 2 + room%3 {
		pass.Members = append(pass.Members, signaling.Member{PeerID: fmt.Sprintf("%d-%d", room, slot)})
	}
	pass.Slot = c.random.IntN(len(pass.Members))
	return pass
}

// foreseen passes on errors that the rules do not explain.
func foreseen(err error) error {
	rules := []error{
		nil, signaling.ErrPeerNotFound, signaling.ErrRoomClosed, signaling.ErrMemberLeft,
		signaling.ErrInboxFull, signaling.ErrTooManySignals, signaling.ErrTooManyRooms,
	}
	if slices.ContainsFunc(rules, func(rule error) bool { return errors.Is(err, rule) }) {
		return nil
	}
	return err
}

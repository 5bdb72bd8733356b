package signalingmem_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
)

const (
	crowds        = 4       // goroutines that meet in the same rooms
	doings        = 250_000 // of each
	watchesAtOnce = 50
)

// TestMillionOperations lets crowds use thousands of rooms at the same time
// and proves that nothing of it stays.
func TestMillionOperations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine := signalingmem.New(signalingmem.Config{MaxRooms: 1000, MaxRoomsPerOwner: 400, MaxBytes: 1 << 20, MaxBytesPerOwner: 1 << 19})
		most := 0
		var all sync.WaitGroup
		for seed := range uint64(crowds) {
			all.Go(func() {
				c := newCrowd(t.Context(), engine, seed)
				for n := range doings {
					if err := c.do(n); err != nil {
						t.Errorf("crowd %d, operation %d: %v", seed, n, err)
						return
					}
					if n%1000 == 0 {
						time.Sleep(time.Duration(c.random.IntN(4000)) * time.Millisecond)
					}
				}
				for _, in := range c.watches {
					in.Close()
				}
			})
		}
		for range 100 {
			time.Sleep(time.Second)
			most = max(most, engine.Held())
		}
		all.Wait()
		time.Sleep(2*signaling.Retention + time.Second) // a room may close just before it is forgotten
		if held := engine.Held(); held != 0 || most < 1000 {
			t.Errorf("%d things are held after everything ended, %d before, want none, thousands", held, most)
		}
	})
}

type crowd struct {
	random  *rand.Rand
	engine  *signalingmem.Engine
	start   time.Time
	ended   context.Context
	watches []signaling.Watch
	cursor  string
}

func newCrowd(ctx context.Context, engine *signalingmem.Engine, seed uint64) *crowd {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	return &crowd{random: rand.New(rand.NewPCG(seed, 0)), engine: engine, start: time.Now(), ended: ended}
}

// do is the nth operation: something in one of the rooms of that time.
func (c *crowd) do(n int) error {
	pass := c.pass(n/100 + c.random.IntN(30))
	peer := pass.Members[c.random.IntN(len(pass.Members))].PeerID
	switch c.random.IntN(12) {
	case 0, 1, 2:
		return c.join(pass)
	case 3, 4, 5:
		first := 1 + c.random.IntN(4)
		batch := make([]signaling.Signal, 1+c.random.IntN(3))
		for i := range batch {
			batch[i].Payload = signaling.Description{Type: signaling.Offer, SDP: "v=0"}
		}
		_, err := c.engine.Append(c.ended, pass, peer, uint64(first), batch)
		return foreseen(err)
	case 6:
		_, err := c.engine.Report(c.ended, pass, peer, signaling.Outcome{Connected: c.random.IntN(20) > 0})
		return foreseen(err)
	case 7:
		if c.random.IntN(10) > 0 {
			return nil
		}
		return foreseen(c.engine.Leave(c.ended, pass))
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
	watch, err := c.engine.Join(c.ended, pass, c.cursor, 0)
	if err != nil {
		return foreseen(err)
	}
	c.watches = append(c.watches, watch)
	if len(c.watches) > watchesAtOnce {
		c.watches[0].Close()
		c.watches = c.watches[1:]
	}
	return nil
}

// read takes what one of the watches has to tell.
func (c *crowd) read() error {
	if len(c.watches) == 0 {
		return nil
	}
	watch := c.watches[c.random.IntN(len(c.watches))]
	for {
		event, err := watch.Next(c.ended)
		if errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) {
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
		MatchedAt: c.start.Add(time.Duration(c.random.IntN(1000)) * time.Second),
		Requeues:  c.random.IntN(4),
		Owner:     fmt.Sprintf("owner %d", c.random.IntN(20)),
	}
	if c.random.IntN(10) == 0 {
		pass.Expires = c.start.Add(time.Duration(c.random.IntN(1000)) * time.Second)
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

package signalingtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// watchesAtOnce bounds the streams of a crowd.
const watchesAtOnce = 50

// over is a context that has ended: with it a watch tells only what is there.
var over = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// A Crowd does anything at random in rooms that it shares with other crowds,
// to see what stays of it. One goroutine uses it.
type Crowd struct {
	// Random is what it leaves to chance.
	Random *rand.Rand
	// Lost is what a stream may end with whose room was forgotten while nobody
	// read it. Nil: nothing.
	Lost error

	engine       signaling.Engine
	now          func() time.Time
	everySoOften int
	watches      []signaling.Watch
	cursor       string
}

// NewCrowd returns a crowd that goes on to the next room after so many
// operations. now tells the engine's clock. The same seed does the same.
func NewCrowd(engine signaling.Engine, now func() time.Time, everySoOften int, seed uint64) *Crowd {
	return &Crowd{
		Random: rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // a test must repeat
		engine: engine, now: now, everySoOften: everySoOften,
	}
}

// Close closes the streams that are left.
func (c *Crowd) Close() {
	for _, in := range c.watches {
		in.Close()
	}
}

// Do is the nth operation: something in one of the rooms of that time. It
// returns what the rules do not explain.
func (c *Crowd) Do(n int) error {
	pass := c.pass(n/c.everySoOften + c.Random.IntN(30))
	peer := pass.Members[c.Random.IntN(len(pass.Members))].PeerID
	switch c.Random.IntN(12) {
	case 0, 1, 2:
		return c.join(pass)
	case 3, 4, 5:
		first := 1 + c.Random.IntN(4)
		batch := make([]signaling.Signal, 1+c.Random.IntN(3))
		for i := range batch {
			batch[i].Payload = signaling.Description{Type: signaling.Offer, SDP: "v=0"}
		}
		_, err := c.engine.Append(over, pass, peer, uint64(first), batch) //nolint:gosec // 1 to 4
		return foreseen(err)
	case 6:
		_, err := c.engine.Report(over, pass, peer, signaling.Outcome{Connected: c.Random.IntN(20) > 0})
		return foreseen(err)
	case 7:
		if c.Random.IntN(10) > 0 {
			return nil
		}
		return foreseen(c.engine.Leave(over, pass))
	case 8:
		if len(c.watches) > 0 {
			c.watches[0].Close()
			c.watches = c.watches[1:]
		}
		return nil
	}
	return c.read()
}

func (c *Crowd) join(pass signaling.Pass) error {
	watch, err := c.engine.Join(over, pass, signaling.Entry{Cursor: c.cursor})
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
func (c *Crowd) read() error {
	if len(c.watches) == 0 {
		return nil
	}
	watch := c.watches[c.Random.IntN(len(c.watches))]
	for {
		event, err := watch.Next(over)
		if errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) || c.Lost != nil && errors.Is(err, c.Lost) {
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

func (c *Crowd) pass(room int) signaling.Pass {
	pass := signaling.Pass{
		RoomID:    fmt.Sprintf("room %d", room),
		MatchedAt: c.now().Add(-time.Duration(c.Random.IntN(100)) * time.Second),
		Requeues:  c.Random.IntN(4),
		Owner:     fmt.Sprintf("owner %d", c.Random.IntN(20)),
	}
	if c.Random.IntN(10) == 0 {
		pass.Expires = c.now().Add(time.Duration(c.Random.IntN(1000)) * time.Second)
	}
	for slot := range 2 + room%3 {
		pass.Members = append(pass.Members, signaling.Member{PeerID: fmt.Sprintf("%d-%d", room, slot)})
	}
	pass.Slot = c.Random.IntN(len(pass.Members))
	return pass
}

// foreseen passes on errors that the rules do not explain.
func foreseen(err error) error {
	rules := []error{
		nil, signaling.ErrPeerNotFound, signaling.ErrRoomClosed, signaling.ErrMemberLeft,
		signaling.ErrInboxFull, signaling.ErrTooFast, signaling.ErrTooManySignals, signaling.ErrTooManyRooms,
	}
	if slices.ContainsFunc(rules, func(rule error) bool { return errors.Is(err, rule) }) {
		return nil
	}
	return err
}

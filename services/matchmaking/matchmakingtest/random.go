package matchmakingtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

const (
	seeds      = 300
	operations = 150
	clients    = 12
)

// testRandom lets random clients do random things and holds the engine to
// what must be true whatever they do. A failure names its seed.
func testRandom(t *testing.T, run Run) {
	for seed := range uint64(seeds) {
		run(t, func(t *testing.T, s Subject) {
			world := &world{s: s, random: rand.New(rand.NewPCG(seed, 0)), rooms: map[string][]int{}} //nolint:gosec // a test must repeat
			for i := range world.clients {
				world.clients[i] = &client{index: i}
			}
			for step := range operations {
				if err := world.step(t); err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, step, err)
				}
			}
			if err := world.finish(t); err != nil {
				t.Fatalf("seed %d, at the end: %v", seed, err)
			}
		})
		if t.Failed() {
			return
		}
	}
}

type world struct {
	s       Subject
	random  *rand.Rand
	clients [clients]*client
	rooms   map[string][]int // who was matched into a room
	now     time.Duration
}

// client is what the model knows of one client: its ticket and its stream.
type client struct {
	index   int
	tickets int
	arrival matchmaking.Arrival
	watch   matchmaking.Watch // nil: no stream
	ended   string            // how the current ticket ended, as first told
	endedAt time.Duration     // when a stream told so
}

func (w *world) step(t *testing.T) error {
	c := w.clients[w.random.IntN(len(w.clients))]
	switch choice := w.random.IntN(10); {
	case choice < 4:
		if c.ended != "" || c.tickets == 0 {
			c.tickets++
			c.arrival = Arrival(t, fmt.Sprintf("%d-%d", c.index, c.tickets))
			c.arrival.Pseudonym = fmt.Sprint("client ", c.index)
			c.ended, c.watch = "", nil
		} else {
			c.arrival.Attempt++
		}
		watch, err := w.s.Engine.Attach(t.Context(), c.arrival)
		if err != nil {
			return fmt.Errorf("attach: %w", err)
		}
		c.watch = watch
	case choice < 6 && c.watch != nil:
		c.watch.Close()
		c.watch = nil
	case choice < 7 && c.tickets > 0 && w.remembered(c):
		if err := w.cancel(t, c); err != nil {
			return err
		}
	case choice < 8:
		d := time.Duration(w.random.IntN(4000)) * time.Millisecond
		w.s.Advance(d)
		w.now += d
	}
	return w.drain()
}

// remembered tells whether the engine must still know how the ticket ended.
func (w *world) remembered(c *client) bool {
	return c.ended == "" || w.now-c.endedAt < matchmaking.Retention
}

// cancel checks that cancelled and matched exclude each other, and that the
// answer stays the same.
func (w *world) cancel(t *testing.T, c *client) error {
	for range 2 {
		outcome, err := w.s.Engine.Cancel(t.Context(), c.arrival.RequestID, "")
		if err != nil {
			return fmt.Errorf("cancel: %w", err)
		}
		how := fmt.Sprint("ended ", outcome.Reason)
		if outcome.Match != nil {
			how = "matched " + outcome.Match.RoomID
			w.enter(outcome.Match.RoomID, c.index)
		}
		if err := c.end(how); err != nil {
			return err
		}
	}
	c.endedAt = -matchmaking.Retention // or earlier: a parked ticket tells nobody
	return nil
}

// drain reads every stream to where it waits.
func (w *world) drain() error {
	for _, c := range w.clients {
		for c.watch != nil {
			event, err := ready(c.watch)
			if event == nil {
				if err != nil && !errors.Is(err, io.EOF) {
					return err
				}
				break
			}
			if err := w.observe(c, event); err != nil {
				return err
			}
		}
	}
	return w.check()
}

// ready returns an event that is there already, or nil.
func ready(watch matchmaking.Watch) (matchmaking.Event, error) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	event, err := watch.Next(ended)
	if errors.Is(err, context.Canceled) {
		return nil, nil
	}
	return event, err
}

func (w *world) observe(c *client, event matchmaking.Event) error {
	switch event := event.(type) {
	case matchmaking.Matched:
		c.endedAt = w.now
		w.enter(event.Match.RoomID, c.index)
		return c.end("matched " + event.Match.RoomID)
	case matchmaking.Ended:
		c.endedAt = w.now
		return c.end(fmt.Sprint("ended ", event.Reason))
	case matchmaking.Detached:
		return fmt.Errorf("client %d: detached %v without a newer stream", c.index, event.Reason)
	}
	return nil
}

// end checks that a ticket ends once.
func (c *client) end(how string) error {
	if c.ended != "" && c.ended != how {
		return fmt.Errorf("client %d: %s, then %s", c.index, c.ended, how)
	}
	c.ended = how
	if c.watch != nil {
		c.watch.Close()
		c.watch = nil
	}
	return nil
}

func (w *world) enter(room string, index int) {
	for _, present := range w.rooms[room] {
		if present == index {
			return
		}
	}
	w.rooms[room] = append(w.rooms[room], index)
}

func (w *world) check() error {
	waiting := 0
	for room, who := range w.rooms {
		if len(who) > 2 {
			return fmt.Errorf("room %s has %v", room, who)
		}
	}
	for _, c := range w.clients {
		if c.watch != nil && c.ended == "" {
			waiting++
		}
	}
	if waiting > 1 {
		return fmt.Errorf("%d compatible clients wait side by side", waiting)
	}
	return nil
}

// finish asks every open ticket how it ended, so that a room with one member
// shows.
func (w *world) finish(t *testing.T) error {
	for _, c := range w.clients {
		if c.tickets > 0 && c.ended == "" {
			if err := w.cancel(t, c); err != nil {
				return err
			}
		}
	}
	for room, who := range w.rooms {
		if len(who) != 2 {
			return fmt.Errorf("room %s has %v", room, who)
		}
	}
	return nil
}

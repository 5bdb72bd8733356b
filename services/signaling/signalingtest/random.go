package signalingtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

const (
	seeds      = 200
	operations = 150
	members    = 3
)

// testRandom lets the members of a room send, break and resume at random, and
// checks that each reader gets what each sender stored, once and in order. A
// failure names its seed.
func testRandom(t *testing.T, run Run) {
	for seed := range uint64(seeds) {
		run(t, func(t *testing.T, s Subject) {
			world := &world{s: s, random: rand.New(rand.NewPCG(seed, 0)), passes: Passes(members)} //nolint:gosec // a test must repeat
			for step := range operations {
				if err := world.step(t); err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, step, err)
				}
			}
			for slot := range members {
				if err := world.catchUp(t, slot); err != nil {
					t.Fatalf("seed %d, at the end: %v", seed, err)
				}
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
	passes  []signaling.Pass
	readers [members]reader
	stored  [members][members]uint64 // seq stored, by sender and reader
}

// reader is what the model knows of one member's client.
type reader struct {
	watch   signaling.Watch // nil: broken
	at      stream          // holds the last cursor the client got
	attempt uint32
	got     [members]uint64 // seq the client got, by sender
}

func (w *world) step(t *testing.T) error {
	slot := w.random.IntN(members)
	r := &w.readers[slot]
	switch choice := w.random.IntN(10); {
	case choice < 4:
		return w.send(t, slot, (slot+1+w.random.IntN(members-1))%members)
	case choice < 5 || r.watch == nil:
		return w.attach(t, slot)
	case choice < 7: // a break; what the server gave last is lost on the way
		if w.random.IntN(2) == 0 {
			if _, err := ready(r.watch); err != nil {
				return err
			}
		}
		r.watch.Close()
		r.watch = nil
		return nil
	}
	return w.read(slot)
}

// send stores a batch that may overlap what is stored or leave a gap.
func (w *world) send(t *testing.T, from, to int) error {
	stored := &w.stored[from][to]
	first := max(1, int64(*stored)+2-w.random.Int64N(4)) //nolint:gosec // counts to hundreds
	count := 1 + w.random.IntN(6)
	last, err := w.s.Engine.Append(t.Context(), w.passes[from], peerID(w.passes[from], to), uint64(first), Numbered(int(first), count))
	if errors.Is(err, signaling.ErrInboxFull) {
		return w.read(to)
	}
	if err != nil {
		return fmt.Errorf("append: %w", err)
	}
	want := *stored
	if uint64(first) <= want+1 {
		want = max(want, uint64(first)+uint64(count)-1) //nolint:gosec // as above
	}
	if last != want {
		return fmt.Errorf("append %d+%d after %d: stored up to %d, want %d", first, count, *stored, last, want)
	}
	*stored = want
	return nil
}

func (w *world) attach(t *testing.T, slot int) error {
	r := &w.readers[slot]
	r.attempt++
	if r.watch != nil {
		r.watch.Close()
	}
	watch, err := w.s.Engine.Join(t.Context(), w.passes[slot], r.at.cursor, r.attempt)
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	r.watch = watch
	return w.read(slot)
}

// read takes everything that is there.
func (w *world) read(slot int) error {
	r := &w.readers[slot]
	for r.watch != nil {
		event, err := ready(r.watch)
		if event == nil || err != nil {
			return err
		}
		if err := w.observe(slot, event); err != nil {
			return fmt.Errorf("reader %d: %w", slot, err)
		}
	}
	return nil
}

func (w *world) observe(slot int, event signaling.Event) error {
	r := &w.readers[slot]
	r.at.note(event)
	switch event := event.(type) {
	case signaling.Welcome:
		if resumed := r.attempt > 1 && r.got != [members]uint64{}; resumed && !event.Resumed {
			return errors.New("a cursor of this room was not honoured")
		}
	case signaling.PeerResynced:
		return errors.New("a resync nobody asked for")
	case signaling.SignalsReceived:
		for i, signal := range event.Signals {
			seq := event.FirstSeq + uint64(i)
			if seq != r.got[event.From]+1 || uint64(signal.Epoch) != seq {
				return fmt.Errorf("signal %d as seq %d of sender %d, want %d", signal.Epoch, seq, event.From, r.got[event.From]+1)
			}
			r.got[event.From] = seq
		}
	case signaling.RoomClosed, signaling.Detached:
		return fmt.Errorf("ended by %T %+v", event, event)
	}
	return nil
}

// catchUp checks that in the end nothing is missing.
func (w *world) catchUp(t *testing.T, slot int) error {
	if err := w.attach(t, slot); err != nil {
		return err
	}
	for from := range members {
		if got, want := w.readers[slot].got[from], w.stored[from][slot]; got != want {
			return fmt.Errorf("reader %d got %d signals of %d, want %d", slot, got, from, want)
		}
	}
	return nil
}

// ready returns an event that is there already, or nil.
func ready(watch signaling.Watch) (signaling.Event, error) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	event, err := watch.Next(ended)
	if errors.Is(err, context.Canceled) {
		return nil, nil
	}
	return event, err
}

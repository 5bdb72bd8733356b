package signalingmem

import (
	"context"
	"io"
	"slices"
	"sync/atomic"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

type watch struct {
	engine *Engine
	room   *heldRoom
	slot   int
	stream string
	last   signaling.Event // all there is to tell; nil: ask reader
	ready  chan struct{}   // filled when there may be something to tell, or woken
	woken  atomic.Bool
	done   bool // the last event was given out; used by Next alone

	// The following fields are guarded by engine.mu.
	reader *room.Reader
	closed bool
}

func (w *watch) wake() {
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

// Next implements signaling.Watch.
func (w *watch) Next(ctx context.Context) (signaling.Event, error) {
	for !w.done {
		event, err := w.next()
		if err != nil {
			return nil, err
		}
		if event != nil {
			w.done = event.Last()
			return event, nil
		}
		if w.woken.Swap(false) {
			return nil, signaling.ErrWoken
		}
		select {
		case <-w.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return nil, io.EOF
}

// Wake implements signaling.Watch.
func (w *watch) Wake() {
	w.woken.Store(true)
	w.wake()
}

func (w *watch) next() (signaling.Event, error) {
	w.engine.mu.Lock()
	defer w.engine.mu.Unlock()
	if w.last != nil || w.closed {
		return w.last, nil
	}
	return w.reader.Next(w.room.room, func(offset uint64, _ room.Instant) (signaling.Signal, bool) {
		signal, here := w.room.signals[room.Key{Slot: w.slot, Offset: offset}]
		return signal, here
	})
}

// Close implements signaling.Watch.
func (w *watch) Close() {
	w.engine.mu.Lock()
	defer w.engine.mu.Unlock()
	if w.closed {
		return
	}
	w.closed = true
	if w.last != nil {
		return
	}
	w.room.watches = slices.DeleteFunc(w.room.watches, func(other *watch) bool { return other == w })
	if w.engine.rooms[w.room.id] == w.room {
		_, _ = w.engine.changeLocked(w.room.id, func(c *room.Change) error {
			c.Deliver(w.slot, w.stream, w.reader.Offset())
			c.Part(w.slot, w.stream)
			return nil
		})
	}
}

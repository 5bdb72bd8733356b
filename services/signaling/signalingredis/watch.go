package signalingredis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

// messageLag is how long a stream waits for a message that brings a signal
// before it reads the room from the store.
const messageLag = 20 * time.Millisecond

// errLost ends a stream of which the store has lost something. Its member must
// join again, and the others hear what they must send again.
var errLost = fmt.Errorf("%w: %w", signaling.ErrUnavailable, room.ErrLost)

var _ signaling.Watch = (*watch)(nil)

type watch struct {
	engine *Engine
	room   *copied
	slot   int
	stream string
	last   signaling.Event // all there is to tell; nil: ask reader
	ready  chan struct{}   // filled when there may be something to tell, or woken
	woken  atomic.Bool
	lag    time.Duration // before the next read; used by Next alone
	done   bool          // the last event was given out; used by Next alone

	// The following fields are guarded by room.mu.
	reader *room.Reader
	lost   bool
	closed bool
}

func newWatch(e *Engine, pass signaling.Pass) *watch {
	return &watch{engine: e, slot: pass.Slot, stream: name(), ready: make(chan struct{}, 1), lag: messageLag}
}

func (w *watch) wake() {
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

// Next implements signaling.Watch. It returns an error that wraps
// signaling.ErrUnavailable when the store lost what the stream has told; while
// the store only does not answer, it waits.
func (w *watch) Next(ctx context.Context) (signaling.Event, error) {
	for !w.done {
		event, err := w.next()
		if event != nil {
			if w.done = event.Last(); w.done {
				w.close(ctx)
			}
			return event, nil
		}
		missing := errors.Is(err, room.ErrMissing)
		if err != nil && !missing {
			return nil, err
		}
		if w.woken.Swap(false) {
			return nil, signaling.ErrWoken
		}
		if err := w.wait(ctx, missing); err != nil {
			return nil, err
		}
	}
	return nil, io.EOF
}

// Wake implements signaling.Watch.
func (w *watch) Wake() {
	w.woken.Store(true)
	w.wake()
}

// wait waits until there may be something to tell, and reads the room if no
// message brings the signals that are missing.
func (w *watch) wait(ctx context.Context, missing bool) error {
	var late <-chan time.Time
	if missing {
		late = time.After(w.lag)
	}
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late:
	}
	err := w.engine.read(ctx, w.room)
	w.lag = messageLag
	if errors.Is(err, signaling.ErrUnavailable) {
		w.lag, err = jitter(time.Second), nil
	}
	return err
}

func (w *watch) next() (signaling.Event, error) {
	w.room.mu.Lock()
	defer w.room.mu.Unlock()
	switch {
	case w.last != nil || w.closed:
		return w.last, nil
	case w.lost:
		return nil, errLost
	}
	event, err := w.reader.Next(w.room.room, func(offset uint64, stamp room.Instant) (signaling.Signal, bool) {
		held, here := w.room.signals[room.Key{Slot: w.slot, Offset: offset}]
		return held.signal, here && held.stamp == stamp
	})
	if errors.Is(err, room.ErrLost) {
		w.lost = true
		return nil, errLost
	}
	if _, delivered := event.(signaling.SignalsReceived); delivered {
		w.engine.recordLocked(w.room)
	}
	return event, err
}

// Close implements signaling.Watch. It waits for the store for some seconds at
// most; a stream that the store was not told of is ended in the background.
func (w *watch) Close() { w.close(context.Background()) }

func (w *watch) close(ctx context.Context) {
	held := w.room
	held.mu.Lock()
	if w.closed {
		held.mu.Unlock()
		return
	}
	w.closed = true
	open := w.reader != nil && !w.lost && w.reader.Open(held.room)
	var delivered uint64
	if open {
		delivered = w.reader.Offset()
	}
	held.watches = slices.DeleteFunc(held.watches, func(other *watch) bool { return other == w })
	held.mu.Unlock()
	defer w.engine.release(held)
	if !open {
		return
	}
	if part := w.part(delivered); w.engine.change(ctx, held.id, part) != nil {
		w.engine.later(task{held.id, part})
	}
}

// part is the call that ends the stream, which was given so much.
func (w *watch) part(delivered uint64) *call {
	return &call{do: func(c *room.Change) error {
		c.Deliver(w.slot, w.stream, delivered)
		c.Part(w.slot, w.stream)
		return nil
	}}
}

func jitter(d time.Duration) time.Duration {
	return d - d/4 + rand.N(d/2) //nolint:gosec // only spreads the load
}

// spread keeps nodes from doing the same in one instant.
func spread() time.Duration {
	return time.Millisecond + rand.N(20*time.Millisecond) //nolint:gosec // only spreads the load
}

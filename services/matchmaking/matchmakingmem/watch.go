package matchmakingmem

import (
	"context"
	"io"
	"sync/atomic"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

type watch struct {
	engine *Engine
	ticket *ticket
	opened time.Time
	// events has room for all that a watch can ever be told at once: Queued,
	// Widened, one last event, and nil, which wakes. Telling never blocks.
	events chan matchmaking.Event
	woken  atomic.Bool // events holds nil
	done   bool        // the last event was given out; used by Next alone
}

func newWatch(e *Engine, t *ticket, events ...matchmaking.Event) *watch {
	w := &watch{engine: e, ticket: t, opened: time.Now(), events: make(chan matchmaking.Event, 4)}
	for _, event := range events {
		w.tell(event)
	}
	return w
}

func (w *watch) tell(event matchmaking.Event) { w.events <- event }

// Next implements matchmaking.Watch.
func (w *watch) Next(ctx context.Context) (matchmaking.Event, error) {
	if w.done {
		return nil, io.EOF
	}
	if len(w.events) == 0 && ctx.Done() != nil { // what is there comes first, for a ctx that has ended too
		return w.await(ctx)
	}
	return w.got(<-w.events)
}

// await is not part of Next, because a select takes more of the stack than a receive,
// and calls that are suspended wait without one.
func (w *watch) await(ctx context.Context) (matchmaking.Event, error) {
	select {
	case event := <-w.events:
		return w.got(event)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (w *watch) got(event matchmaking.Event) (matchmaking.Event, error) {
	if event == nil {
		w.woken.Store(false)
		return nil, matchmaking.ErrWoken
	}
	w.done = event.Last()
	return event, nil
}

// Wake implements matchmaking.Watch.
func (w *watch) Wake() {
	if !w.woken.Swap(true) {
		w.events <- nil
	}
}

// Close implements matchmaking.Watch.
func (w *watch) Close() {
	w.engine.mu.Lock()
	defer w.engine.mu.Unlock()
	if w.ticket.watch == w {
		w.engine.parkLocked(w.ticket, time.Since(w.opened))
	}
}

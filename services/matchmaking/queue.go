package matchmaking

import (
	"context"
	"io"
	"sync/atomic"
)

// An EventQueue holds the events that a Watch has yet to return. It implements Next and
// Wake of Watch, with the same rules for concurrent use. Create it with NewEventQueue.
type EventQueue struct {
	events chan Event
	woken  atomic.Bool // events holds nil
	done   bool        // the last event was returned; used by Next alone
}

// NewEventQueue returns a queue with room for all events that a watch can hold at once:
// Queued, Widened, one last event, and nil, which wakes. So Tell never blocks.
func NewEventQueue() *EventQueue { return &EventQueue{events: make(chan Event, 4)} }

// Tell adds an event.
func (q *EventQueue) Tell(event Event) { q.events <- event }

// Wake implements Watch.
func (q *EventQueue) Wake() {
	if !q.woken.Swap(true) {
		q.events <- nil
	}
}

// Next implements Watch.
func (q *EventQueue) Next(ctx context.Context) (Event, error) {
	if q.done {
		return nil, io.EOF
	}
	var over <-chan struct{}
	if len(q.events) == 0 { // what is there comes first, for a ctx that has ended too
		over = ctx.Done()
	}
	var event Event
	select {
	case event = <-q.events:
	case <-over:
		return nil, ctx.Err()
	}
	if event == nil {
		q.woken.Store(false)
		return nil, ErrWoken
	}
	q.done = event.Last()
	return event, nil
}

// Package workqueue hands work from callbacks, which must not block, to the one
// goroutine that does it.
package workqueue

import (
	"context"
	"sync"
)

// Queue hands functions to the one goroutine that serves it, in order. The senders bound its length: the server's
// inboxes, and the candidates of one gathering.
type Queue struct {
	wake chan struct{}

	mu    sync.Mutex // guards the following fields
	queue []func()
}

// New returns an empty Queue.
func New() *Queue { return &Queue{wake: make(chan struct{}, 1)} }

// Post never blocks. Safe for concurrent use.
func (q *Queue) Post(work func()) {
	q.mu.Lock()
	q.queue = append(q.queue, work)
	q.mu.Unlock()
	Signal(q.wake)
}

// Serve runs what is posted until ctx ends, and drops the rest.
func (q *Queue) Serve(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-q.wake:
		}
		for ctx.Err() == nil {
			work := q.next()
			if work == nil {
				break
			}
			work()
		}
	}
}

func (q *Queue) next() func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) == 0 {
		return nil
	}
	work := q.queue[0]
	q.queue[0] = nil
	q.queue = q.queue[1:]
	return work
}

// Signal wakes whoever waits on wake, a channel of capacity one.
func Signal(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

package p2p

import (
	"context"
	"sync"
)

// workQueue hands functions from callbacks, which must not block, to the one
// goroutine that serves it, in order. The senders bound its length: the server's
// inboxes, and the candidates of one gathering.
type workQueue struct {
	wake chan struct{}

	mu    sync.Mutex // guards the following fields
	queue []func()
}

func newWorkQueue() *workQueue { return &workQueue{wake: make(chan struct{}, 1)} }

// post never blocks. Safe for concurrent use.
func (q *workQueue) post(work func()) {
	q.mu.Lock()
	q.queue = append(q.queue, work)
	q.mu.Unlock()
	signal(q.wake)
}

// serve runs what is posted until ctx ends, and drops the rest.
func (q *workQueue) serve(ctx context.Context) {
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

func (q *workQueue) next() func() {
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

// signal wakes whoever waits on wake, a channel of capacity one.
func signal(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

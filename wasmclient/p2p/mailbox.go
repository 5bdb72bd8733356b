package p2p

import (
	"context"
	"sync"
)

// mailbox hands work from callbacks, which must not block, to the one
// goroutine that serves it, in order. What enters is bounded by the senders:
// the server's inboxes and the candidates of one gathering.
type mailbox struct {
	wake chan struct{}

	mu   sync.Mutex // guards the following fields
	work []func()
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

// post never blocks. Safe for concurrent use.
func (m *mailbox) post(work func()) {
	m.mu.Lock()
	m.work = append(m.work, work)
	m.mu.Unlock()
	signal(m.wake)
}

// serve runs what is posted until ctx ends; the rest is dropped.
func (m *mailbox) serve(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
		}
		for ctx.Err() == nil {
			work := m.next()
			if work == nil {
				break
			}
			work()
		}
	}
}

func (m *mailbox) next() func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.work) == 0 {
		return nil
	}
	work := m.work[0]
	m.work[0] = nil
	m.work = m.work[1:]
	return work
}

// signal wakes whoever waits on wake, a channel of capacity one.
func signal(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

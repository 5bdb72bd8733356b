package ui

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// Queue holds events until Run handles them. Post never blocks, so it may be
// called from browser callbacks. Safe for concurrent use.
type Queue struct {
	mu     sync.Mutex
	events []Event // guarded by mu
	wake   chan struct{}
}

// NewQueue returns an empty Queue.
func NewQueue() *Queue {
	return &Queue{wake: make(chan struct{}, 1)}
}

// Post adds an event.
func (q *Queue) Post(event Event) {
	q.mu.Lock()
	q.events = append(q.events, event)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// drain removes and returns all events, oldest first.
func (q *Queue) drain() []Event {
	q.mu.Lock()
	defer q.mu.Unlock()
	events := q.events
	q.events = nil
	return events
}

// Run shows the initial state and then handles events until ctx ends. It begins the effects of
// events that come together, lets other goroutines run, so that the network is at work while
// the page is drawn, shows the state once, and then performs the effects on the page. What the
// time alone changes is shown in time. The functions are called from this goroutine only and
// must not block.
func Run(ctx context.Context, queue *Queue, begin func(Effect), show func(State), perform func(Effect)) {
	var state State
	show(state)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var due <-chan time.Time
		if at := state.due(); !at.IsZero() {
			timer.Reset(time.Until(at))
			due = timer.C
		}
		select {
		case <-ctx.Done():
			return
		case <-queue.wake:
		case <-due:
		}
		effects := update(&state, Elapsed{time.Now()})
		for _, event := range queue.drain() {
			effects = append(effects, update(&state, event)...)
		}
		for _, effect := range effects {
			begin(effect)
		}
		if len(effects) > 0 {
			runtime.Gosched()
		}
		show(state)
		for _, effect := range effects {
			perform(effect)
		}
	}
}

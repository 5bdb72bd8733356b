package serverstream

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// tick is how exact a Clock is. What is due within one tick is done at once.
	tick = 250 * time.Millisecond
	// round is how many ticks ahead a Clock plans. It exceeds every delay.
	round = 128
	// writeLimit is how long a write may block before its stream is cut.
	writeLimit = 25 * time.Second
)

// A Clock wakes all streams of a node for their heartbeats and ends. It runs one
// goroutine while there are streams, so that a stream needs no timer of its own.
// All methods may be called at once.
type Clock struct {
	draining context.Context

	mu      sync.Mutex // guards the following fields and the places of alarms
	started time.Time  // of tick 0
	passed  int64      // the last tick that is over
	due     [round]map[*alarm]struct{}
	count   int
	stop    chan struct{} // ends the goroutine
}

// NewClock returns a clock that wakes all streams when draining is done. They
// then end with ErrDraining, and so do those that begin later.
func NewClock(draining context.Context) *Clock {
	return &Clock{draining: draining}
}

// An alarm is what a clock knows of one stream.
type alarm struct {
	wake    func()
	cut     func()       // aborts a write that blocks; nil: nothing can
	writing atomic.Int64 // when the write began, in nanoseconds since 1970; 0: none is going on
	place   int          // in Clock.due
}

// add makes a stream known to the clock, which wakes it after the delay.
func (c *Clock) add(a *alarm, delay time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count++; c.count == 1 {
		c.started, c.passed, c.stop = time.Now(), 0, make(chan struct{})
		go c.run(c.stop)
	}
	c.placeLocked(a, delay)
	if c.draining.Err() != nil {
		a.wake()
	}
}

// remove makes the clock forget a stream. When it returns, neither wake nor cut
// runs, and neither is called again.
func (c *Clock) remove(a *alarm) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.due[a.place], a)
	if c.count--; c.count == 0 {
		close(c.stop)
	}
}

// move wakes a stream after the delay instead of at the time set before.
func (c *Clock) move(a *alarm, delay time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.due[a.place], a)
	c.placeLocked(a, delay)
}

// placeLocked rounds up, so that nobody is woken early.
func (c *Clock) placeLocked(a *alarm, delay time.Duration) {
	at := int64((time.Since(c.started) + max(delay, 0) + tick - 1) / tick)
	a.place = int(min(max(at, c.passed+1), c.passed+round-1) % round)
	if c.due[a.place] == nil {
		c.due[a.place] = make(map[*alarm]struct{})
	}
	c.due[a.place][a] = struct{}{}
}

func (c *Clock) run(stop <-chan struct{}) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	draining := c.draining.Done()
	for {
		select {
		case <-ticker.C:
			c.pass(stop)
		case <-draining:
			draining = nil
			c.wakeAll(stop)
		case <-stop:
			return
		}
	}
}

// pass wakes the streams for which it is time.
func (c *Clock) pass(stop <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != stop { // this goroutine ends
		return
	}
	now := time.Now()
	for until := int64(now.Sub(c.started) / tick); c.passed < until; {
		c.passed++
		late := c.due[c.passed%round]
		c.due[c.passed%round] = nil
		for a := range late {
			c.ringLocked(a, now)
		}
	}
}

// ringLocked wakes a stream, and cuts it when its write takes too long. It stays
// known, and says itself when it wants to be woken again.
func (c *Clock) ringLocked(a *alarm, now time.Time) {
	left := writeLimit
	if began := a.writing.Load(); began != 0 {
		left -= now.Sub(time.Unix(0, began))
		if left <= 0 && a.cut != nil {
			a.cut()
			left = writeLimit
		}
	}
	c.placeLocked(a, left)
	a.wake()
}

func (c *Clock) wakeAll(stop <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != stop {
		return
	}
	for _, alarms := range c.due {
		for a := range alarms {
			a.wake()
		}
	}
}

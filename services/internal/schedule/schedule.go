// Package schedule runs a function later with a lock held. Use it where a timer
// races with the calls that would stop or move it.
package schedule

import (
	"sync"
	"time"
)

// A Call runs a function once. The zero value is not scheduled. All methods
// must be called with the same lock held.
type Call struct {
	timer *time.Timer
}

// After runs act once the delay is over, with lock held, unless the call is
// scheduled again or stopped before. A timer that fires while it is being
// replaced does nothing.
func (c *Call) After(lock sync.Locker, delay time.Duration, act func()) {
	c.Stop()
	var timer *time.Timer
	timer = time.AfterFunc(delay, func() {
		lock.Lock()
		defer lock.Unlock()
		if c.timer == timer {
			c.timer = nil
			act()
		}
	})
	c.timer = timer
}

// Stop cancels the call. Stopping one that is not scheduled does nothing.
func (c *Call) Stop() {
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}

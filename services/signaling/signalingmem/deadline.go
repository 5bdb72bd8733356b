package signalingmem

import "time"

// A deadline acts once, with Engine.mu held, unless it is stopped before: also
// when its time is there and another goroutine has the lock. A nil deadline
// never acts.
type deadline struct {
	timer   *time.Timer
	stopped bool // guarded by Engine.mu
}

func (e *Engine) afterLocked(d time.Duration, act func()) *deadline {
	due := &deadline{}
	due.timer = time.AfterFunc(d, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if !due.stopped {
			act()
		}
	})
	return due
}

func (d *deadline) stopLocked() {
	if d != nil {
		d.timer.Stop()
		d.stopped = true
	}
}

package signalingmem

import "time"

// A deadline acts once, with Engine.mu held, unless it is stopped before. A
// nil deadline is one that was stopped.
type deadline struct {
	timer *time.Timer // nil: over; guarded by Engine.mu
}

func (e *Engine) afterLocked(d time.Duration, act func()) *deadline {
	due := &deadline{}
	due.timer = time.AfterFunc(d, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if due.timer != nil {
			due.timer = nil
			act()
		}
	})
	return due
}

func (d *deadline) stopLocked() {
	if d != nil && d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

package matchmakingmem

import "time"

// An alarm acts once, after a while, unless it is set anew or stopped before.
// The zero value is not set.
type alarm struct {
	timer *time.Timer
}

// setLocked makes act run with the engine locked. A timer that fires while it
// is being replaced finds another one in its place and does nothing.
func (e *Engine) setLocked(a *alarm, after time.Duration, act func()) {
	a.stop()
	var timer *time.Timer
	timer = time.AfterFunc(after, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if a.timer == timer {
			a.timer = nil
			act()
		}
	})
	a.timer = timer
}

func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
}

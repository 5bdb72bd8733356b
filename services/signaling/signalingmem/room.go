package signalingmem

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

type room struct {
	id          string
	incarnation string
	reborn      bool // its first life is lost: nobody is missing
	members     []*member
	closed      signaling.CloseReason // zero: open
	connecting  bool                  // everyone has joined once
	verdict     *time.Timer           // closes the room unless everyone joins, then connects, in time
	forget      *time.Timer           // runs while no member has a stream
}

// confirmed tells whether both sides reported to be connected.
func (r *room) confirmed(a, b *member) bool { return a.connected[b.slot] && b.connected[a.slot] }

// settled tells whether all pairs of the member are confirmed.
func (r *room) settled(m *member) bool {
	for _, peer := range r.members {
		if peer != m && peer.state != signaling.Left && !r.confirmed(m, peer) {
			return false
		}
	}
	return true
}

func (r *room) allSettled() bool {
	for _, m := range r.members {
		if m.state != signaling.Left && !r.settled(m) {
			return false
		}
	}
	return true
}

func (e *Engine) joinLocked(r *room, m *member, cursor string) *watch {
	if m.watch != nil {
		m.watch.end(signaling.Detached{Reason: signaling.DetachedFenced})
	}
	if m.away != nil {
		m.away.Stop()
	}
	from, resumed, resync := m.resume(r.incarnation, cursor)
	if resync {
		r.resyncLocked(m)
	}
	m.delivered = from.offset
	m.watch = newWatch(e, r, m)
	m.watch.welcomeLocked(from, resumed)
	e.setStateLocked(r, m, signaling.Present)
	e.startClockLocked(r)
	r.keepLocked(e)
	return m.watch
}

// startClockLocked gives the room its verdict in time: who must still join,
// and, once nobody must, who must still connect.
func (e *Engine) startClockLocked(r *room) {
	if r.reborn || r.allSettled() {
		return
	}
	missing := r.anyLocked(signaling.Expected)
	switch {
	case missing && r.verdict == nil:
		r.verdict = e.after(r, e.config.JoinTimeout, func() {
			if r.anyLocked(signaling.Expected) {
				e.closeLocked(r, signaling.ClosedPeerMissing)
			}
		})
	case !missing && !r.connecting:
		r.connecting = true
		if r.verdict != nil {
			r.verdict.Stop()
		}
		r.verdict = e.after(r, signaling.ConnectTimeout, func() {
			if !r.allSettled() {
				e.closeLocked(r, signaling.ClosedConnectFailed)
			}
		})
	}
}

// breakLocked is what happens when a member's stream ends before the room.
func (e *Engine) breakLocked(r *room, m *member) {
	m.watch = nil
	if r.settled(m) {
		e.setStateLocked(r, m, signaling.Released)
	} else {
		e.setStateLocked(r, m, signaling.Away)
		m.away = e.after(r, signaling.AwayGrace, func() {
			if m.state != signaling.Away {
				return
			}
			e.setStateLocked(r, m, signaling.Lost)
			if !r.reborn && !r.settled(m) {
				e.closeLocked(r, signaling.ClosedPeerLost)
			}
		})
	}
	r.keepLocked(e)
}

func (e *Engine) leaveLocked(r *room, m *member) {
	e.setStateLocked(r, m, signaling.Left)
	remaining := 0
	for _, other := range r.members {
		if other.state != signaling.Left {
			remaining++
		}
	}
	switch {
	case remaining < 2:
		e.closeLocked(r, signaling.ClosedLeft)
	case m.watch != nil:
		m.watch.end(signaling.RoomClosed{Reason: signaling.ClosedLeft})
		m.watch = nil
	}
}

// closeLocked ends the room once, with one reason for everybody.
func (e *Engine) closeLocked(r *room, reason signaling.CloseReason) {
	if r.closed != 0 {
		return
	}
	r.closed = reason
	for _, m := range r.members {
		m.remove(func(entry) bool { return true })
		if m.watch != nil {
			m.watch.end(signaling.RoomClosed{Reason: reason})
			m.watch = nil
		}
	}
	if r.verdict != nil {
		r.verdict.Stop()
	}
	r.keepLocked(e)
}

func (e *Engine) setStateLocked(r *room, m *member, state signaling.State) {
	if m.state == state {
		return
	}
	m.state = state
	for _, other := range r.members {
		if other != m {
			other.wake()
		}
	}
}

func (r *room) anyLocked(state signaling.State) bool {
	for _, m := range r.members {
		if m.state == state {
			return true
		}
	}
	return false
}

// resyncLocked tells the others that the member lost its place.
func (r *room) resyncLocked(m *member) {
	for _, other := range r.members {
		if other != m {
			other.resyncs++
			other.resynced[m.slot] = other.resyncs
			other.wake()
		}
	}
}

// keepLocked restarts the time for which a room without a stream is
// remembered.
func (r *room) keepLocked(e *Engine) {
	if r.forget != nil {
		r.forget.Stop()
		r.forget = nil
	}
	for _, m := range r.members {
		if m.watch != nil {
			return
		}
	}
	r.forget = e.after(r, signaling.Retention, func() {
		if r.verdict != nil {
			r.verdict.Stop()
		}
		delete(e.rooms, r.id)
	})
}

// after acts with the lock held, if the room is still the engine's.
func (e *Engine) after(r *room, d time.Duration, act func()) *time.Timer {
	return time.AfterFunc(d, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.rooms[r.id] == r {
			act()
		}
	})
}

package signalingmem

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// concludeLocked draws the conclusions of a change: who is released, and
// which clocks run.
func (e *Engine) concludeLocked(r *room) {
	for _, m := range r.members {
		if (m.state == signaling.Away || m.state == signaling.Lost) && r.settled(m) {
			m.away.stopLocked()
			r.setStateLocked(m, signaling.Released)
		}
	}
	if r.phase == joining && !r.any(signaling.Expected) {
		r.phase = connecting
		r.verdict.stopLocked()
		r.verdict = e.afterLocked(signaling.ConnectTimeout, func() {
			if !r.allSettled() {
				e.closeLocked(r, signaling.ClosedConnectFailed)
			}
		})
	}
	e.watchIdleLocked(r)
	e.keepLocked(r)
}

// watchIdleLocked runs the clock of a member that is alone in a reborn room.
func (e *Engine) watchIdleLocked(r *room) {
	if lone := r.aloneLocked(); lone != r.lone {
		r.lone = lone
		r.idle.stopLocked()
		if lone != nil {
			r.idle = e.afterLocked(signaling.IdleTimeout, func() { e.closeLocked(r, signaling.ClosedIdle) })
		}
	}
}

// aloneLocked returns the only member with a stream, if the room is reborn
// and the member has still somebody to connect to.
func (r *room) aloneLocked() *member {
	var lone *member
	for _, m := range r.members {
		if m.watch == nil {
			continue
		}
		if lone != nil {
			return nil
		}
		lone = m
	}
	if !r.reborn || lone == nil || r.settled(lone) {
		return nil
	}
	return lone
}

// closeLocked ends the room once, with one reason for everybody.
func (e *Engine) closeLocked(r *room, reason signaling.CloseReason) {
	r.reason, r.closedAt = reason, time.Now()
	for _, m := range r.members {
		m.innocent = r.innocent(m)
	}
	for _, m := range r.members {
		m.away.stopLocked()
		m.inbox.clear()
		if m.watch != nil {
			m.watch.end(r.closed(m, m.watch.requeues))
			m.watch = nil
		}
	}
	r.verdict.stopLocked()
	r.idle.stopLocked()
	r.expire.stopLocked()
	e.keepLocked(r)
}

// closed is what a member hears of the end of the room.
func (r *room) closed(m *member, requeues int) signaling.RoomClosed {
	return signaling.RoomClosed{
		Reason:  r.reason,
		At:      r.closedAt,
		Requeue: m.innocent && requeues < signaling.MaxRequeues,
	}
}

// innocent tells whether the room that just closed owes the member its place
// in the queue.
func (r *room) innocent(m *member) bool {
	if m.state == signaling.Left || r.closedAt.Sub(r.matchedAt) > signaling.RequeueWithin { // as is any reborn room
		return false
	}
	switch r.reason {
	case signaling.ClosedPeerMissing:
		return m.state != signaling.Expected
	case signaling.ClosedPeerLost:
		return m.state != signaling.Lost
	case signaling.ClosedConnectFailed:
		return true
	case signaling.ClosedLeft:
		return !r.everConfirmed(m)
	}
	return false
}

func (r *room) everConfirmed(m *member) bool {
	for _, peer := range r.members {
		if peer != m && r.confirmed(m, peer) {
			return true
		}
	}
	return false
}

// keepLocked restarts the time for which a room without a stream is
// remembered.
func (e *Engine) keepLocked(r *room) {
	r.forget.stopLocked()
	for _, m := range r.members {
		if m.watch != nil {
			return
		}
	}
	r.forget = e.afterLocked(signaling.Retention, func() { e.forgetLocked(r) })
}

func (e *Engine) forgetLocked(r *room) {
	r.verdict.stopLocked()
	r.expire.stopLocked()
	for _, m := range r.members {
		m.inbox.clear()
	}
	delete(e.rooms, r.id)
	e.bounds.add(r.owner, usage{rooms: -1})
}

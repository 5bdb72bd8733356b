package signalingtest

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// advance lets the model's clock run, and what is due happen in order.
func (m *model) advance(to time.Time) {
	for {
		at, act := to, func() {}
		found := false
		for _, room := range m.rooms {
			for _, due := range m.dues(room) {
				if !due.at.IsZero() && !due.at.After(at) {
					at, act, found = due.at, due.act, true
				}
			}
		}
		m.now = at
		act()
		if !found {
			return
		}
	}
}

type due struct {
	at  time.Time // zero: never
	act func()
}

func (m *model) dues(room *modelRoom) []due {
	dues := []due{{room.forgetAt, func() { delete(m.rooms, room.pass.RoomID) }}}
	if room.closed != 0 {
		return dues
	}
	for _, member := range room.members {
		dues = append(dues, due{member.lostAt, func() { m.lose(room, member) }})
	}
	return append(
		dues,
		due{room.joinBy, func() { m.close(room, signaling.ClosedPeerMissing) }},
		due{room.connectBy, func() {
			room.connectBy = time.Time{}
			if !room.settled() {
				m.close(room, signaling.ClosedConnectFailed)
			}
		}},
		due{room.idleAt, func() { m.close(room, signaling.ClosedIdle) }},
		due{room.pass.Expires, func() { m.close(room, signaling.ClosedExpired) }},
	)
}

func (m *model) lose(room *modelRoom, member *modelMember) {
	member.state, member.lostAt = signaling.Lost, time.Time{}
	if !room.reborn {
		m.close(room, signaling.ClosedPeerLost)
	}
}

// conclude draws the conclusions of a change.
func (m *model) conclude(room *modelRoom) {
	expected := false
	for _, member := range room.members {
		expected = expected || member.state == signaling.Expected
		switch {
		case member.state == signaling.Present:
			member.lostAt = time.Time{}
		case (member.state == signaling.Away || member.state == signaling.Lost) && room.isSettled(member):
			member.state, member.lostAt = signaling.Released, time.Time{}
		}
	}
	if !room.joinBy.IsZero() && !expected {
		room.joinBy, room.connectBy = time.Time{}, m.now.Add(signaling.ConnectTimeout)
	}
	if lone := room.alone(); lone != room.lone {
		room.lone, room.idleAt = lone, time.Time{}
		if lone != nil {
			room.idleAt = m.now.Add(signaling.IdleTimeout)
		}
	}
	m.keep(room)
}

func (m *model) close(room *modelRoom, reason signaling.CloseReason) {
	room.closed, room.closedAt = reason, m.now
	for _, member := range room.members {
		member.requeue = room.innocent(member)
	}
	for _, member := range room.members {
		member.drop(func(int, modelEntry) bool { return true })
		if member.view != nil {
			member.view.last = room.ending(member.view)
			member.view = nil
		}
	}
	m.keep(room)
}

func (m *model) keep(room *modelRoom) {
	room.forgetAt = m.now.Add(signaling.Retention)
	for _, member := range room.members {
		if member.view != nil {
			room.forgetAt = time.Time{}
		}
	}
}

func (r *modelRoom) ending(v *view) signaling.RoomClosed {
	return signaling.RoomClosed{
		Reason:  r.closed,
		At:      r.closedAt,
		Requeue: v.member.requeue && v.requeues < signaling.MaxRequeues,
	}
}

// isSettled tells whether the member has nobody left to connect to.
func (r *modelRoom) isSettled(m *modelMember) bool {
	for _, peer := range r.members {
		if peer != m && peer.state != signaling.Left && !confirmed(m, peer) {
			return false
		}
	}
	return true
}

func (r *modelRoom) settled() bool {
	for _, m := range r.members {
		if m.state != signaling.Left && !r.isSettled(m) {
			return false
		}
	}
	return true
}

// alone returns the only member with a stream of a reborn room, if it still
// has somebody to connect to.
func (r *modelRoom) alone() *modelMember {
	var streams []*modelMember
	for _, m := range r.members {
		if m.view != nil {
			streams = append(streams, m)
		}
	}
	if r.reborn && len(streams) == 1 && !r.isSettled(streams[0]) {
		return streams[0]
	}
	return nil
}

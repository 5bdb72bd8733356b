package signalingmem

import (
	"crypto/rand"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

type room struct {
	id        string
	owner     string // whose pass made it
	matchedAt time.Time
	reborn    bool // its first life is lost: nobody is missing, lost or late
	peerIDs   []string
	members   []*member
	phase     phase
	reason    signaling.CloseReason // zero: open
	closedAt  time.Time

	verdict *deadline // closes the room unless everyone joins, then connects, in time
	idle    *deadline // closes a reborn room in which lone stays alone
	lone    *member
	expire  *deadline
	forget  *deadline // runs while no member has a stream
}

// phase is how far a room that is not reborn has come.
type phase int

const (
	unused     phase = iota // nobody has joined
	joining                 // somebody has
	connecting              // nobody is expected any more
)

func (e *Engine) newRoomLocked(pass signaling.Pass) *room {
	r := &room{
		id:        pass.RoomID,
		owner:     pass.Owner,
		matchedAt: pass.MatchedAt,
		reborn:    time.Since(pass.MatchedAt) > signaling.RebornAfter,
	}
	incarnation := rand.Text()[:13] // 65 bits: enough to tell two lives of one room apart
	for slot, m := range pass.Members {
		r.peerIDs = append(r.peerIDs, m.PeerID)
		r.members = append(r.members, newMember(&e.bounds, incarnation, slot, len(pass.Members)))
	}
	e.rooms[r.id] = r
	e.bounds.add(r.owner, usage{rooms: 1})
	if pass.Expires.IsZero() {
		return r
	}
	if left := time.Until(pass.Expires); left > 0 {
		r.expire = e.afterLocked(left, func() { e.closeLocked(r, signaling.ClosedExpired) })
	} else {
		e.closeLocked(r, signaling.ClosedExpired)
	}
	return r
}

// agrees tells whether the pass names the members of this room.
func (r *room) agrees(pass signaling.Pass) bool {
	return slices.EqualFunc(r.peerIDs, pass.Members, func(id string, m signaling.Member) bool { return id == m.PeerID })
}

// confirmed tells whether both sides reported to be connected.
func (r *room) confirmed(a, b *member) bool { return a.connected[b.slot] && b.connected[a.slot] }

// settled tells whether all pairs of the member are confirmed, apart from
// those with members who left.
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

func (r *room) any(state signaling.State) bool {
	for _, m := range r.members {
		if m.state == state {
			return true
		}
	}
	return false
}

func (e *Engine) joinLocked(r *room, m *member, pass signaling.Pass, cursor string) *watch {
	if m.watch != nil {
		m.watch.end(signaling.Detached{Reason: signaling.DetachedFenced})
	}
	m.away.stopLocked()
	from, resumed, resync := m.resume(cursor)
	if resync {
		r.resyncLocked(m)
	}
	m.inbox.delivered = from.offset
	m.watch = newWatch(e, r, m, pass)
	m.watch.welcomeLocked(from, resumed)
	r.setStateLocked(m, signaling.Present)
	if r.phase == unused && !r.reborn {
		r.phase = joining
		r.verdict = e.afterLocked(e.bounds.config.JoinTimeout, func() { e.closeLocked(r, signaling.ClosedPeerMissing) })
	}
	e.concludeLocked(r)
	return m.watch
}

// breakLocked is what happens when a member's stream ends before the room.
func (e *Engine) breakLocked(r *room, m *member) {
	m.watch = nil
	r.setStateLocked(m, signaling.Away)
	m.away = e.afterLocked(signaling.AwayGrace, func() {
		r.setStateLocked(m, signaling.Lost)
		if !r.reborn {
			e.closeLocked(r, signaling.ClosedPeerLost)
		}
	})
	e.concludeLocked(r)
}

func (e *Engine) leaveLocked(r *room, m *member) {
	r.setStateLocked(m, signaling.Left)
	m.away.stopLocked()
	m.inbox.clear()
	remaining := 0
	for _, other := range r.members {
		if other.state != signaling.Left {
			remaining++
		}
	}
	if remaining < 2 {
		e.closeLocked(r, signaling.ClosedLeft)
		return
	}
	if m.watch != nil {
		m.watch.end(signaling.RoomClosed{Reason: signaling.ClosedLeft, At: time.Now()})
		m.watch = nil
	}
	e.concludeLocked(r)
}

func (r *room) setStateLocked(m *member, state signaling.State) {
	m.state = state
	r.wakeLocked()
}

func (r *room) wakeLocked() {
	for _, m := range r.members {
		if m.watch != nil {
			m.watch.wake()
		}
	}
}

// resyncLocked makes known to the others that the member lost its place. The
// caller wakes them.
func (r *room) resyncLocked(m *member) {
	for _, other := range r.members {
		if other != m {
			other.resyncs++
			other.resynced[m.slot] = other.resyncs
		}
	}
}

package signalingtest

import (
	"errors"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// A model states the rules of signaling.Engine in their simplest form: lists
// and loops, no timers, nothing forgotten that a rule may ask for. Its calls
// answer what the engine must answer.
type model struct {
	now    time.Time
	bounds signaling.Limits
	rooms  map[string]*modelRoom
}

type modelRoom struct {
	pass    signaling.Pass // that made it
	reborn  bool
	members []*modelMember

	// Instants; zero: not set.
	joinBy, connectBy, idleAt, forgetAt time.Time
	joined                              bool // somebody has
	lone                                *modelMember

	closed   signaling.CloseReason // zero: open
	closedAt time.Time
}

type modelMember struct {
	slot     int
	state    signaling.State
	attempt  uint32
	view     *view // its stream; nil: none
	lostAt   time.Time
	leftAt   time.Time
	joinedAt time.Time // first; zero: never
	reported []bool    // by slot: as connected
	failed   []bool    // by slot: reported as failed
	requeue  bool      // after the close
	resyncs  []int     // by slot: how often that peer lost its place

	inbox   []modelEntry // everything it was ever sent; an offset is an index plus one
	trimmed int          // the highest offset dropped
	given   int          // the highest offset given to its last stream
}

type modelEntry struct {
	at      time.Time
	from    int
	seq     uint64
	owner   string
	signal  signaling.Signal
	dropped bool
}

func (m *model) join(pass signaling.Pass, cursor string, known *bookmark, attempt uint32, first []signaling.Batch) (*view, error) {
	for _, batch := range first {
		if slot := slotOf(pass, batch.PeerID); slot < 0 || slot == pass.Slot {
			return nil, signaling.ErrPeerNotFound
		}
	}
	room, err := m.use(pass)
	if err != nil {
		return nil, err
	}
	member := room.members[pass.Slot]
	view := newView(room, member, pass.Requeues)
	switch {
	case room.closed != 0:
		view.last = room.ending(view)
		return view, nil
	case member.state == signaling.Left:
		return nil, signaling.ErrMemberLeft
	case attempt < member.attempt:
		view.last = signaling.Detached{Reason: signaling.DetachedStaleAttempt}
		return view, nil
	}
	if member.view != nil {
		member.view.last = signaling.Detached{Reason: signaling.DetachedFenced}
	}
	view.resumed = known != nil && known.room == room && known.slot == pass.Slot && known.offset >= member.trimmed
	switch {
	case view.resumed:
		view.offset, view.seen = known.offset, slices.Clone(known.seen)
		member.drop(func(offset int, _ modelEntry) bool { return offset <= known.offset })
	case cursor != "" || member.trimmed > 0:
		for _, other := range room.members {
			if other != member {
				other.resyncs[pass.Slot]++
			}
		}
	}
	member.given = view.offset
	member.attempt, member.view, member.state = attempt, view, signaling.Present
	if member.joinedAt.IsZero() {
		member.joinedAt = m.now
	}
	if !room.joined && !room.reborn {
		room.joinBy = m.now.Add(signaling.JoinTimeout)
	}
	room.joined = true
	m.conclude(room)
	for _, batch := range first {
		_, _ = m.append(pass, batch.PeerID, batch.FirstSeq, batch.Signals)
	}
	return view, nil
}

func (m *model) append(pass signaling.Pass, peerID string, firstSeq uint64, signals []signaling.Signal) (uint64, error) {
	_, peer, err := m.peer(pass, peerID)
	if err != nil {
		return 0, err
	}
	stored := peer.stored(pass.Slot)
	var fresh []modelEntry
	for i, signal := range signals {
		if seq := firstSeq + uint64(i); seq > stored {
			fresh = append(fresh, modelEntry{at: m.now, from: pass.Slot, seq: seq, owner: pass.Owner, signal: signal, dropped: peer.state == signaling.Left})
		}
	}
	if len(fresh) == 0 || firstSeq > stored+1 {
		return stored, nil
	}
	if peer.state != signaling.Left && peer.paid(pass.Slot).Sub(m.now) >= signaling.MaxBurst*signaling.SignalEvery {
		return stored, signaling.ErrTooFast
	}
	if m.refuses(peer, fresh) != nil {
		peer.drop(func(offset int, e modelEntry) bool { return e.from == pass.Slot && offset <= peer.given })
	}
	if err := m.refuses(peer, fresh); err != nil {
		return stored, err
	}
	peer.inbox = append(peer.inbox, fresh...)
	return peer.stored(pass.Slot), nil
}

func (m *model) leave(pass signaling.Pass) error {
	room, err := m.use(pass)
	if err != nil {
		return err
	}
	member := room.members[pass.Slot]
	if room.closed != 0 || member.state == signaling.Left {
		return nil
	}
	member.state, member.lostAt, member.leftAt = signaling.Left, time.Time{}, m.now
	member.drop(func(int, modelEntry) bool { return true })
	staying := 0
	for _, other := range room.members {
		if other.state != signaling.Left {
			staying++
		}
	}
	if staying < 2 {
		m.close(room, signaling.ClosedLeft)
		return nil
	}
	if member.view != nil {
		member.view.last = signaling.RoomClosed{Reason: signaling.ClosedLeft, At: m.now}
		member.view = nil
	}
	m.conclude(room)
	return nil
}

func (m *model) report(pass signaling.Pass, peerID string, outcome signaling.Outcome) (bool, error) {
	room, peer, err := m.peer(pass, peerID)
	if err != nil {
		return false, err
	}
	member := room.members[pass.Slot]
	switch {
	case confirmed(member, peer):
	case outcome.Connected:
		member.reported[peer.slot] = true
		peer.reported[member.slot] = peer.reported[member.slot] || outcome.Vouched
		m.conclude(room)
	case peer.state != signaling.Left:
		member.failed[peer.slot] = true
		m.close(room, signaling.ClosedConnectFailed)
	}
	return confirmed(member, peer), nil
}

// broken is what follows when a stream ends.
func (m *model) broken(v *view) {
	if v.member.view != v {
		return
	}
	v.member.view = nil
	v.member.state = signaling.Away
	v.member.lostAt = m.now.Add(signaling.ConnectingGrace)
	if v.room.reborn || v.room.everConfirmed(v.member) {
		v.member.lostAt = m.now.Add(signaling.AwayGrace)
	}
	m.conclude(v.room)
}

func (m *model) peer(pass signaling.Pass, peerID string) (*modelRoom, *modelMember, error) {
	slot := slotOf(pass, peerID)
	if slot < 0 || slot == pass.Slot {
		return nil, nil, signaling.ErrPeerNotFound
	}
	room, err := m.use(pass)
	switch {
	case errors.Is(err, signaling.ErrNotAMember):
		return nil, nil, signaling.ErrPeerNotFound
	case err != nil:
		return nil, nil, err
	case room.closed != 0:
		return nil, nil, signaling.ErrRoomClosed
	case room.members[pass.Slot].state == signaling.Left:
		return nil, nil, signaling.ErrMemberLeft
	}
	return room, room.members[slot], nil
}

func slotOf(pass signaling.Pass, peerID string) int {
	return slices.IndexFunc(pass.Members, func(p signaling.Member) bool { return p.PeerID == peerID })
}

// use returns the room of a pass, which it makes if need be.
func (m *model) use(pass signaling.Pass) (*modelRoom, error) {
	room := m.rooms[pass.RoomID]
	if pass.Slot >= len(pass.Members) || room != nil && !slices.Equal(room.pass.Members, pass.Members) {
		return nil, signaling.ErrNotAMember
	}
	if room == nil {
		own := 1
		for _, other := range m.rooms {
			if other.pass.Owner == pass.Owner {
				own++
			}
		}
		if exceeds(len(m.rooms)+1, m.bounds.MaxRooms) || pass.Owner != "" && exceeds(own, m.bounds.MaxRoomsPerOwner) {
			return nil, signaling.ErrTooManyRooms
		}
		room = newModelRoom(pass, m.now.Sub(pass.MatchedAt) > signaling.RebornAfter)
		m.rooms[pass.RoomID] = room
		if !pass.Expires.IsZero() && !m.now.Before(pass.Expires) {
			m.close(room, signaling.ClosedExpired)
		}
	}
	if room.closed == 0 {
		m.keep(room)
	}
	return room, nil
}

func newModelRoom(pass signaling.Pass, reborn bool) *modelRoom {
	room := &modelRoom{pass: pass, reborn: reborn}
	for slot := range pass.Members {
		room.members = append(room.members, &modelMember{
			slot:     slot,
			state:    signaling.Expected,
			reported: make([]bool, len(pass.Members)),
			failed:   make([]bool, len(pass.Members)),
			resyncs:  make([]int, len(pass.Members)),
		})
	}
	return room
}

// stored returns the seq of the last signal stored of a sender.
func (m *modelMember) stored(from int) uint64 {
	stored := uint64(0)
	for _, e := range m.inbox {
		if e.from == from {
			stored = e.seq
		}
	}
	return stored
}

func (m *modelMember) drop(which func(offset int, e modelEntry) bool) {
	for i := range m.inbox {
		if e := &m.inbox[i]; !e.dropped && which(i+1, *e) {
			e.dropped = true
			m.trimmed = max(m.trimmed, i+1)
		}
	}
}

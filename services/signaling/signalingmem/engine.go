// Package signalingmem keeps rooms in the memory of one process. It is the
// default engine, enough for one node; after a restart rooms are born again
// from their tokens.
package signalingmem

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

var _ signaling.Engine = (*Engine)(nil)

// Config bounds an Engine. The zero value is ready to use.
type Config struct {
	// MaxRooms bounds the rooms held, those remembered after their end
	// included. Zero: no bound.
	MaxRooms int
	// JoinTimeout is how long the members after the first have to join.
	// Zero: signaling.JoinTimeout.
	JoinTimeout time.Duration
}

// Engine is a signaling.Engine in memory. It runs no goroutine.
type Engine struct {
	config Config

	mu    sync.Mutex // guards the following fields and everything they reach
	rooms map[string]*room
}

// New returns an empty engine.
func New(config Config) *Engine {
	if config.JoinTimeout == 0 {
		config.JoinTimeout = signaling.JoinTimeout
	}
	return &Engine{config: config, rooms: make(map[string]*room)}
}

// Join implements signaling.Engine.
func (e *Engine) Join(_ context.Context, pass signaling.Pass, cursor string, attempt uint32) (signaling.Watch, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, err := e.useLocked(pass)
	if err != nil {
		return nil, err
	}
	m := r.members[pass.Slot]
	switch {
	case r.closed != 0:
		return newWatch(e, r, m, signaling.RoomClosed{Reason: r.closed}), nil
	case m.state == signaling.Left:
		return nil, signaling.ErrMemberLeft
	case attempt < m.attempt:
		return newWatch(e, r, m, signaling.Detached{Reason: signaling.DetachedStaleAttempt}), nil
	}
	m.attempt = attempt
	return e.joinLocked(r, m, cursor), nil
}

// Append implements signaling.Engine.
func (e *Engine) Append(_ context.Context, pass signaling.Pass, peerID string, firstSeq uint64, signals []signaling.Signal) (uint64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, peer, err := e.peerLocked(pass, peerID)
	if err != nil {
		return 0, err
	}
	stored := peer.stored[pass.Slot]
	if firstSeq > stored+1 || firstSeq+uint64(len(signals)) <= stored+1 {
		return stored, nil
	}
	if !peer.append(pass.Slot, signals[stored+1-firstSeq:]) {
		return stored, signaling.ErrInboxFull
	}
	r.keepLocked(e)
	peer.wake()
	return peer.stored[pass.Slot], nil
}

// Leave implements signaling.Engine.
func (e *Engine) Leave(_ context.Context, pass signaling.Pass) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, err := e.useLocked(pass)
	if err != nil {
		return err
	}
	if r.closed == 0 {
		e.leaveLocked(r, r.members[pass.Slot])
	}
	return nil
}

// Report implements signaling.Engine.
func (e *Engine) Report(_ context.Context, pass signaling.Pass, peerID string, outcome signaling.Outcome) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, peer, err := e.peerLocked(pass, peerID)
	if err != nil {
		return false, err
	}
	m := r.members[pass.Slot]
	switch {
	case r.confirmed(m, peer):
		return true, nil
	case !outcome.Connected:
		e.closeLocked(r, signaling.ClosedConnectFailed)
		return false, nil
	}
	m.connected[peer.slot] = true
	if !r.confirmed(m, peer) {
		return false, nil
	}
	m.wake()
	peer.wake()
	return true, nil
}

// peerLocked returns the room and another member of it, for a caller that may
// still act.
func (e *Engine) peerLocked(pass signaling.Pass, peerID string) (*room, *member, error) {
	slot := slices.IndexFunc(pass.Members, func(m signaling.Member) bool { return m.PeerID == peerID })
	if slot < 0 || slot == pass.Slot {
		return nil, nil, signaling.ErrPeerNotFound
	}
	r, err := e.useLocked(pass)
	switch {
	case err != nil:
		return nil, nil, err
	case r.closed != 0:
		return nil, nil, signaling.ErrRoomClosed
	case r.members[pass.Slot].state == signaling.Left:
		return nil, nil, signaling.ErrMemberLeft
	}
	return r, r.members[slot], nil
}

// useLocked returns the room of a pass, which it makes if need be.
func (e *Engine) useLocked(pass signaling.Pass) (*room, error) {
	if r, known := e.rooms[pass.RoomID]; known {
		return r, nil
	}
	if e.config.MaxRooms > 0 && len(e.rooms) >= e.config.MaxRooms {
		return nil, signaling.ErrTooManyRooms
	}
	r := &room{
		id:          pass.RoomID,
		incarnation: rand.Text()[:13], // 65 bits: enough to tell two lives of one room apart
		reborn:      time.Since(pass.MatchedAt) > signaling.RebornAfter,
	}
	for slot := range pass.Members {
		r.members = append(r.members, newMember(slot, len(pass.Members)))
	}
	e.rooms[r.id] = r
	r.keepLocked(e)
	return r, nil
}

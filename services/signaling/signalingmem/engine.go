// Package signalingmem keeps rooms in the memory of one process. It is the
// default engine, enough for one node; after a restart rooms are born again
// from their tokens.
package signalingmem

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

var _ signaling.Engine = (*Engine)(nil)

// Config bounds an Engine. The zero value is ready to use.
type Config struct {
	// MaxRooms bounds the rooms held, those remembered after their end
	// included, and MaxRoomsPerOwner those that were made by passes of one
	// owner. Zero: no bound.
	MaxRooms, MaxRoomsPerOwner int
	// MaxBytes bounds the unread signals held, by their Size, and
	// MaxBytesPerOwner those that one owner sent. Zero: no bound.
	MaxBytes, MaxBytesPerOwner int
	// JoinTimeout is how long the members after the first have to join.
	// Zero: signaling.JoinTimeout.
	JoinTimeout time.Duration
}

// Engine is a signaling.Engine in memory. It runs no goroutine.
type Engine struct {
	mu     sync.Mutex // guards the following fields and everything they reach
	rooms  map[string]*room
	bounds bounds
}

// New returns an empty engine.
func New(config Config) *Engine {
	if config.JoinTimeout == 0 {
		config.JoinTimeout = signaling.JoinTimeout
	}
	return &Engine{
		rooms:  make(map[string]*room),
		bounds: bounds{config: config, owners: make(map[string]usage)},
	}
}

// Held returns how many rooms, owners and signals the engine holds.
func (e *Engine) Held() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.rooms) + len(e.bounds.owners) + e.bounds.total.signals
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
	case r.reason != 0:
		return newWatch(e, r, m, pass, r.closed(m, pass.Requeues)), nil
	case m.state == signaling.Left:
		return nil, signaling.ErrMemberLeft
	case attempt < m.attempt:
		return newWatch(e, r, m, pass, signaling.Detached{Reason: signaling.DetachedStaleAttempt}), nil
	}
	m.attempt = attempt
	return e.joinLocked(r, m, pass, cursor), nil
}

// Append implements signaling.Engine.
func (e *Engine) Append(_ context.Context, pass signaling.Pass, peerID string, firstSeq uint64, signals []signaling.Signal) (uint64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, peer, err := e.peerLocked(pass, peerID)
	if err != nil {
		return 0, err
	}
	stored := peer.inbox.stored[pass.Slot]
	if firstSeq > stored+1 || firstSeq+uint64(len(signals)) <= stored+1 {
		return stored, nil
	}
	fresh := signals[stored+1-firstSeq:]
	if peer.state == signaling.Left { // will never read them
		peer.inbox.stored[pass.Slot] += uint64(len(fresh))
	} else if err := peer.inbox.append(pass.Slot, pass.Owner, fresh); err != nil {
		return stored, err
	}
	r.wakeLocked()
	return peer.inbox.stored[pass.Slot], nil
}

// Leave implements signaling.Engine.
func (e *Engine) Leave(_ context.Context, pass signaling.Pass) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, err := e.useLocked(pass)
	if err != nil {
		return err
	}
	if r.reason == 0 {
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
	case outcome.Connected:
		m.connected[peer.slot] = true
	case peer.state != signaling.Left:
		e.closeLocked(r, signaling.ClosedConnectFailed)
	}
	if !r.confirmed(m, peer) {
		return false, nil
	}
	r.wakeLocked()
	e.concludeLocked(r)
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
	case errors.Is(err, signaling.ErrNotAMember):
		return nil, nil, signaling.ErrPeerNotFound
	case err != nil:
		return nil, nil, err
	case r.reason != 0:
		return nil, nil, signaling.ErrRoomClosed
	case r.members[pass.Slot].state == signaling.Left:
		return nil, nil, signaling.ErrMemberLeft
	}
	return r, r.members[slot], nil
}

// useLocked returns the room of a pass, which it makes if need be, and
// remembers an open one for longer.
func (e *Engine) useLocked(pass signaling.Pass) (*room, error) {
	r, known := e.rooms[pass.RoomID]
	switch {
	case pass.Slot < 0 || pass.Slot >= len(pass.Members) || known && !r.agrees(pass):
		return nil, signaling.ErrNotAMember
	case !known && !e.bounds.fits(pass.Owner, usage{rooms: 1}):
		return nil, signaling.ErrTooManyRooms
	case !known:
		r = e.newRoomLocked(pass)
	}
	if r.reason == 0 {
		e.keepLocked(r)
	}
	return r, nil
}

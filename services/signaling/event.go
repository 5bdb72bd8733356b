package signaling

import "time"

// An Event is one of Welcome, PeerJoined, PeerState, PeerResynced,
// PairConfirmed, SignalsReceived, RoomClosed and Detached.
type Event interface {
	// Last reports whether the watch ends with this event.
	Last() bool
}

// Welcome tells the room as it is. It comes first, unless the watch begins
// with its last event.
type Welcome struct {
	// Cursor is where the stream begins; so in every event.
	Cursor string
	// Resumed tells that the caller's cursor was honoured.
	Resumed bool
	// Peers are the other members, in slot order.
	Peers []Peer
}

// A Peer is another member as the receiver sees it.
type Peer struct {
	Slot  int
	State State
	// LastStored is the seq of the last signal stored of those the receiver
	// sent to this member.
	LastStored uint64
}

// PeerJoined tells that a peer is here for the first time.
type PeerJoined struct {
	Cursor string
	Peer   Peer
}

// PeerState tells that a peer's state changed.
type PeerState struct {
	Cursor string
	Slot   int
	State  State
}

// PeerResynced tells that a peer lost its place in its inbox.
type PeerResynced struct {
	Cursor string
	Slot   int
}

// PairConfirmed tells that both sides of a pair reported to be connected.
type PairConfirmed struct {
	Cursor string
	Slot   int
}

// SignalsReceived delivers signals of one peer, in order.
type SignalsReceived struct {
	Cursor   string
	From     int // slot
	FirstSeq uint64
	Signals  []Signal
}

// RoomClosed tells that the room is over.
type RoomClosed struct {
	Reason CloseReason
	// At is when it closed, by the engine's clock.
	At time.Time
	// Requeue tells that the member gets its place in the queue back.
	Requeue bool
}

// Detached tells that another watch of this member took over.
type Detached struct {
	Reason DetachReason
}

func (Welcome) Last() bool         { return false }
func (PeerJoined) Last() bool      { return false }
func (PeerState) Last() bool       { return false }
func (PeerResynced) Last() bool    { return false }
func (PairConfirmed) Last() bool   { return false }
func (SignalsReceived) Last() bool { return false }
func (RoomClosed) Last() bool      { return true }
func (Detached) Last() bool        { return true }

// State is where a member is.
type State int

// The states of a member.
const (
	Expected State = iota + 1 // has not joined yet
	Present                   // its stream is open
	Away                      // its stream broke, inside AwayGrace
	Released                  // its pairs are confirmed and it let its stream go
	Left                      // said goodbye; final
	Lost                      // did not come back in time
)

// CloseReason is why a room closed.
type CloseReason int

// The reasons for which a room closes.
const (
	ClosedPeerMissing   CloseReason = iota + 1 // a member did not join in time
	ClosedPeerLost                             // a member was lost before its pair was confirmed
	ClosedConnectFailed                        // a pair could not connect
	ClosedLeft                                 // one person is left alone
	ClosedIdle                                 // one person was alone in a reborn room
	ClosedExpired                              // the time of its passes is over
)

// DetachReason is why a watch ended before its room.
type DetachReason int

// The ways a watch ends before its room.
const (
	DetachedFenced       DetachReason = iota + 1 // a newer watch of this member took over
	DetachedStaleAttempt                         // a newer attempt of this member is here
)

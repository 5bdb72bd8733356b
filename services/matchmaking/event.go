package matchmaking

import "time"

// An Event is one of Queued, Widened, Matched, Ended and Detached.
type Event interface {
	// Last reports whether the watch ends with this event.
	Last() bool
}

// Queued tells that the ticket waits. It comes first, unless the watch begins
// with its last event.
type Queued struct {
	Pool Pool
	// PlaceKept tells that the place is that of before: the ticket was there,
	// or redeemed a Requeue.
	PlaceKept bool
}

// Widened tells that the ticket accepts more partners than it did. It comes
// at most once in a watch, and right after Queued in one that began later.
type Widened struct {
	// RecentDropped tells that people met recently are accepted.
	RecentDropped bool
	// Any tells that people without a common interest are accepted.
	Any bool
}

// Matched tells that the ticket ended with a room.
type Matched struct {
	Match Match
}

// Ended tells that the ticket ended without a room.
type Ended struct {
	Reason EndReason
}

// Detached tells that another watch has the ticket: this one ends, the ticket
// goes on.
type Detached struct {
	Reason DetachReason
}

func (Queued) Last() bool   { return false }
func (Widened) Last() bool  { return false }
func (Matched) Last() bool  { return true }
func (Ended) Last() bool    { return true }
func (Detached) Last() bool { return true }

// A Match is a room as one of its members sees it.
type Match struct {
	// RoomID is unique for ever: 128 random bits, in 22 characters of base64url
	// (RFC 4648, section 5).
	RoomID string
	// Slot is the receiver's index in Members.
	Slot int
	// Members are in slot order, the receiver included.
	Members []Member
	// Interest brought them together. Empty: none.
	Interest string
	// At is when, by the engine's clock.
	At time.Time
	// Pool and GroupSize are those of the ticket.
	Pool      string
	GroupSize int
	// Place is the ticket's place in the queue, lower being earlier, and Since
	// when it was taken.
	Place int64
	Since time.Time
	// Requeues counts how often the person came back to that place.
	Requeues int
}

// A Member is a person in a room.
type Member struct {
	// PeerID names the member within the room. It is no secret. It begins as the
	// room's id does and ends with the slot, which keeps room tokens short.
	PeerID string
	// Pseudonym is that of the member's arrival.
	Pseudonym string
	// Introduction is that of the member's last Attach.
	Introduction string
}

// EndReason is why a ticket ended without a room.
type EndReason int

// The ways a ticket ends without a room.
const (
	EndCancelled  EndReason = iota + 1 // by Cancel
	EndExpired                         // its MaxWait is over
	EndSuperseded                      // its client started another one in the pool
	EndClientGone                      // parked, and nobody came back in time
)

// DetachReason is why a watch ended before its ticket.
type DetachReason int

// The ways a watch ends before its ticket.
const (
	DetachedFenced       DetachReason = iota + 1 // a newer watch took the ticket over
	DetachedStaleAttempt                         // a newer attempt has the ticket
)

// An Outcome is how a ticket ended, as Cancel tells it: with a Match, or for a
// Reason.
type Outcome struct {
	// Match is set when the ticket had been matched.
	Match *Match
	// Reason is set otherwise.
	Reason EndReason
}

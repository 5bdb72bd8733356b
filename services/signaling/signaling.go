// Package signaling is the domain of rooms: members, their inboxes of
// signals, and the Engine that keeps them. It knows neither the wire nor a
// store; import it to write an engine or to call one directly.
package signaling

import (
	"context"
	"time"
)

// An Engine keeps rooms. All methods may be called at once from any number of
// goroutines. A Pass is authority: the engine believes what it says and creates
// the room on first use, so a store that lost everything loses no chat. Package
// room states the rules for all engines.
//
// A match counts when everyone joined and connected. Otherwise the room closes
// once, with one reason for everybody:
//
//	ClosedPeerMissing    a member has not joined JoinTimeout after the first did
//	ClosedPeerLost       a member was lost before its pairs were confirmed
//	ClosedConnectFailed  a pair was reported as failed before it was confirmed,
//	                     or is not confirmed ConnectTimeout after all joined
//	ClosedLeft           all but one have left
//	ClosedIdle           one member was alone in a reborn room for IdleTimeout
//	ClosedExpired        the pass's time is over
//
// A member whose stream broke is away. It is lost ConnectingGrace later if it was
// not connected to anybody yet; otherwise, and in a reborn room, AwayGrace later.
//
// Pairs with a member who left are ignored. A room that is first seen more than
// RebornAfter its match is reborn: its first life is lost, so nobody is missing,
// lost or late in it. A member is alone when it has the room's only open stream
// and at least one unconfirmed pair.
//
// RoomClosed gives the place in the queue back to each member that did its part,
// and neither left nor was the one missing or lost, if the room is not reborn,
// closed within RequeueWithin of its match for one of the first four reasons (for
// ClosedLeft: to a member none of whose pairs was ever confirmed), and the member
// came back fewer than MaxRequeues times. Joining a closed room returns the same
// RoomClosed again.
//
// A member did not do its part if, for one of its pairs that is not confirmed,
//
//   - the other one reported that they are connected, and the member reported
//     nothing; or
//   - the member stored no offer or answer for the other one within
//     DescribeWithin. In a pair of which both were introduced, the lower slot's
//     introduction is its offer, made when they were matched. The time runs from when both have joined, for the higher
//     slot of a pair from the other's first description if that is later, and
//     ends when the other one leaves.
//
// A room is forgotten Retention after it closed, or after its last stream and
// the last call. A pass whose members differ from those of the room with its id
// is rejected (ErrNotAMember).
//
// An engine whose store is elsewhere may return ErrUnavailable from any method.
// A Watch stays open meanwhile. Its Next returns ErrUnavailable only when the
// store lost what the stream has told of the room; the member must join again.
type Engine interface {
	// Join opens this member's stream, from the cursor on if it can be
	// honoured. A lower attempt than the member has used gives a Watch that
	// says Detached{DetachedStaleAttempt}; a closed room one that says
	// RoomClosed. Otherwise the first signals of the entry are stored in the same
	// step, as Append would; those it would refuse are not, without an error.
	//
	// Errors: ErrNotAMember; ErrMemberLeft; ErrTooManyRooms; ErrPeerNotFound for
	// first signals, and then the member has not joined.
	Join(ctx context.Context, pass Pass, entry Entry) (Watch, error)

	// Append stores signals in the inbox of the peer and returns the seq of
	// the last one stored. firstSeq is the seq of the first signal, counted from
	// 1 per (sender, peer). Signals already stored are skipped; if the batch
	// would leave a gap, nothing is stored. When the inbox is full, signals that
	// the peer's last stream was given are dropped. A sender whose signals to
	// the peer cost MaxBurst more than one each SignalEvery must wait; the batch
	// that exceeds it is still stored. A peer who left is sent nothing, without
	// an error. The batch must have passed CheckSignals.
	//
	// Errors: ErrPeerNotFound; ErrRoomClosed; ErrMemberLeft; ErrTooFast,
	// ErrInboxFull or ErrTooManySignals, and then nothing is stored;
	// ErrTooManyRooms.
	Append(ctx context.Context, pass Pass, peerID string, firstSeq uint64, signals []Signal) (lastStored uint64, err error)

	// Leave is this member's goodbye, final: its stream ends with
	// RoomClosed{ClosedLeft}. Leaving twice, or a closed room, is fine.
	//
	// Errors: ErrNotAMember; ErrTooManyRooms.
	Leave(ctx context.Context, pass Pass) error

	// Report tells how connecting to the peer went and whether the pair is
	// confirmed now: both sides are connected.
	//
	// Errors: ErrPeerNotFound; ErrRoomClosed; ErrMemberLeft; ErrTooManyRooms.
	Report(ctx context.Context, pass Pass, peerID string, outcome Outcome) (confirmed bool, err error)
}

// A Watch is one stream of one member. All methods may be called at once, but
// Next by one goroutine at a time.
type Watch interface {
	// Next waits for the next event. After the event for which Last reports
	// true it returns io.EOF; when ctx ends first, ctx.Err(); when Wake is
	// called first, ErrWoken; and nothing is lost. An event that is there
	// already is given even when ctx has ended.
	Next(ctx context.Context) (Event, error)

	// Wake lets Next return ErrWoken once: the call that waits, or else the next
	// one. Waking again before that changes nothing. It never blocks.
	Wake()

	// Close ends the stream: unless another Watch took over, the member is
	// away, or released when all its pairs are confirmed. A closed Watch tells
	// nothing more. Closing twice is fine.
	Close()
}

// A Pass says which room and which member its bearer is. It comes from a
// verified token.
type Pass struct {
	// RoomID names the room.
	RoomID string
	// Slot is the bearer's index in Members.
	Slot int
	// Members are in slot order, the bearer included.
	Members []Member
	// MatchedAt is when the room was made, and Expires when it must end; those
	// of its first pass count. A zero Expires means never.
	MatchedAt, Expires time.Time
	// Requeues counts how often the bearer came back to the queue before.
	Requeues int
	// Introduced has a bit for each slot whose member handed the others an
	// introduction with the match.
	Introduced uint8
	// Owner is charged for the bearer's call. Empty: not limited.
	Owner string
}

// A Member is a person in a room.
type Member struct {
	PeerID string
	// Pseudonym is sealed.
	Pseudonym string
}

// An Outcome is how connecting to a peer went.
type Outcome struct {
	// Connected tells that the data channel is open; otherwise it never was.
	Connected bool
	// Vouched tells that the peer has proved to be connected too. It counts as
	// the peer's own report.
	Vouched bool
}

// An Entry is how a member joins.
type Entry struct {
	// Cursor is that of the last event the member received. Empty: none.
	Cursor string
	// Attempt counts up with each stream of the member.
	Attempt uint32
	// First are signals to store with the join. They must have passed
	// CheckSignals.
	First []Batch
}

// A Batch is what Append stores.
type Batch struct {
	PeerID   string
	FirstSeq uint64
	Signals  []Signal
}

// The times of a room.
const (
	// JoinTimeout is how long the members after the first have to join,
	// unless configured otherwise.
	JoinTimeout = 8 * time.Second
	// ConnectTimeout is how long the members have to connect once all joined.
	ConnectTimeout = 20 * time.Second
	// DescribeWithin is how long a member has to describe its connection: half
	// of ConnectTimeout, which leaves the other one as long to answer.
	DescribeWithin = 10 * time.Second
	// AwayGrace is how long a member without a stream is only away, when it was
	// connected to somebody or its room is reborn.
	AwayGrace = 20 * time.Second
	// ConnectingGrace is how long a member is only away that was not connected
	// to anybody yet: others wait for it.
	ConnectingGrace = 6 * time.Second
	// RebornAfter is the age at which a room that the engine does not know is
	// taken for one that was lost, not for a new one: nobody is missing in it.
	RebornAfter = 60 * time.Second
	// IdleTimeout is how long one member may be alone in a reborn room.
	IdleTimeout = 60 * time.Second
	// RequeueWithin is the age up to which the end of a room gives its innocent
	// members their place in the queue back.
	RequeueWithin = 60 * time.Second
	// Retention is how long a room that nobody uses is remembered.
	Retention = 2 * time.Minute
)

// MaxRequeues is how often a person gets the same place back.
const MaxRequeues = 3

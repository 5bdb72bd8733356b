package signaling

import (
	"errors"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/invalid"
)

var (
	// ErrPeerNotFound means that no other member of the room has that id.
	ErrPeerNotFound = errors.New("no such peer in this room")
	// ErrNotAMember means that the pass names other members than the room of
	// that id has.
	ErrNotAMember = errors.New("no such member of this room")
	// ErrRoomClosed means that the room is over.
	ErrRoomClosed = errors.New("room is over")
	// ErrMemberLeft means that the caller has left the room.
	ErrMemberLeft = errors.New("member has left the room")
	// ErrInboxFull means that the peer must read before more can be stored.
	ErrInboxFull = errors.New("inbox of the peer is full")
	// ErrTooManySignals means that the engine holds as many unread signals as
	// it may, in all or for one owner.
	ErrTooManySignals = errors.New("too many unread signals")
	// ErrTooFast means that the sender must wait before more can be stored for
	// the same peer.
	ErrTooFast = errors.New("signals come too fast")
	// ErrTooManyRooms means that the engine holds as many rooms as it may, in
	// all or for one owner.
	ErrTooManyRooms = errors.New("too many rooms")
	// ErrUnavailable means that the engine's store cannot answer now. Whether
	// what was asked of it happened is not known; all calls may be repeated.
	ErrUnavailable = errors.New("store is unavailable")
	// ErrWoken is what a Watch returns instead of an event after its Wake.
	ErrWoken = errors.New("woken")
)

// An InvalidError lists the fields that are missing, too long or malformed.
type InvalidError = invalid.Error

// A Violation is one field at fault.
type Violation = invalid.Violation

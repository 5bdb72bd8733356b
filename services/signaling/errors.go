package signaling

import (
	"errors"
	"strings"
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
	// ErrTooManyRooms means that the engine holds as many rooms as it may, in
	// all or for one owner.
	ErrTooManyRooms = errors.New("too many rooms")
	// ErrUnavailable means that the engine's store cannot answer now. Whether
	// what was asked of it happened is not known; all calls may be repeated.
	ErrUnavailable = errors.New("store is unavailable")
)

// An InvalidError lists the fields that are missing, too long or malformed.
type InvalidError struct {
	Violations []Violation
}

// A Violation is one field at fault. Field is its name in the contract;
// Description says what it must be.
type Violation struct {
	Field, Description string
}

func (e *InvalidError) Error() string {
	var text []string
	for _, violation := range e.Violations {
		text = append(text, violation.Field+" "+violation.Description)
	}
	return strings.Join(text, "; ")
}

func invalidField(field, description string) error {
	return &InvalidError{Violations: []Violation{{field, description}}}
}

// Add adds a field at fault.
func (e *InvalidError) Add(field, description string) {
	e.Violations = append(e.Violations, Violation{field, description})
}

func (e *InvalidError) orNil() error {
	if len(e.Violations) == 0 {
		return nil
	}
	return e
}

package matchmaking

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	// ErrParametersDiffer means that a known request id came with other
	// parameters than before.
	ErrParametersDiffer = errors.New("request_id is known with other parameters")
	// ErrRequeueExpired means that a Requeue came too late.
	ErrRequeueExpired = errors.New("requeue token has expired")
	// ErrTooManyTickets means that the engine holds as many tickets as its
	// Limits allow, in all or for one owner.
	ErrTooManyTickets = errors.New("too many tickets")
	// ErrUnavailable means that the store cannot answer now. Whether the call
	// happened is not known; it may be repeated.
	ErrUnavailable = errors.New("store is unavailable")
)

// An InvalidError lists the fields that are missing, too long or malformed.
type InvalidError struct {
	Violations []Violation
}

// A Violation is one field at fault. Field is its name in the contract;
// Description begins with "must" or "needs".
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

func (e *InvalidError) check(err error) {
	var other *InvalidError
	if errors.As(err, &other) {
		e.Violations = append(e.Violations, other.Violations...)
	}
}

func (e *InvalidError) checkList(field string, list []string, most, longest int) {
	if len(list) > most {
		e.Add(field, fmt.Sprintf("must hold at most %d", most))
		return
	}
	for i, value := range list {
		switch {
		case value == "" || len(value) > longest || !utf8.ValidString(value):
			e.Add(fmt.Sprintf("%s[%d]", field, i), fmt.Sprintf("must be 1 to %d bytes", longest))
		case slices.Contains(list[:i], value):
			e.Add(fmt.Sprintf("%s[%d]", field, i), "must not repeat another one")
		}
	}
}

func (e *InvalidError) orNil() error {
	if len(e.Violations) == 0 {
		return nil
	}
	return e
}

// Package invalid is the error that lists what is wrong with a request. Both
// domains use it.
package invalid

import (
	"errors"
	"strings"
)

// An Error lists the fields that are missing, too long or malformed.
type Error struct {
	Violations []Violation
}

// A Violation is one field at fault. Field is its name in the contract;
// Description begins with "must" or "needs".
type Violation struct {
	Field, Description string
}

// Field returns an *Error about one field.
func Field(field, description string) error {
	return &Error{Violations: []Violation{{field, description}}}
}

// Error lists all violations in one line.
func (e *Error) Error() string {
	var text []string
	for _, violation := range e.Violations {
		text = append(text, violation.Field+" "+violation.Description)
	}
	return strings.Join(text, "; ")
}

// Add adds a field at fault.
func (e *Error) Add(field, description string) {
	e.Violations = append(e.Violations, Violation{field, description})
}

// Include adds the violations of err if it is an *Error, and ignores any other
// error.
func (e *Error) Include(err error) {
	var other *Error
	if errors.As(err, &other) {
		e.Violations = append(e.Violations, other.Violations...)
	}
}

// OrNil returns e, or nil if it has no violations.
func (e *Error) OrNil() error {
	if len(e.Violations) == 0 {
		return nil
	}
	return e
}

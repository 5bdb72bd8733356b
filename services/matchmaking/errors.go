package matchmaking

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/invalid"
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
	// ErrWoken is what a Watch returns instead of an event after its Wake.
	ErrWoken = errors.New("woken")
)

// An InvalidError lists the fields that are missing, too long or malformed.
type InvalidError = invalid.Error

// A Violation is one field at fault.
type Violation = invalid.Violation

// checkList adds what is wrong with a list to an error.
func checkList(e *InvalidError, field string, list []string, most, longest int) {
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

// Package rpcerror builds the errors of the contract: a code, a message, one
// ErrorInfo and further details. The handlers of both services use it, so that
// errors look the same everywhere.
package rpcerror

import (
	"fmt"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/invalid"
)

// New returns an error with exactly one ErrorInfo. reason is a value of the
// ErrorReason enum of its proto package, which is the ErrorInfo's domain.
func New(code connect.Code, reason Reason, err error, details ...proto.Message) *connect.Error {
	built := connect.NewError(code, err)
	info := &errdetails.ErrorInfo{
		Reason: reason.String(),
		Domain: string(reason.Descriptor().ParentFile().Package()),
	}
	for _, message := range append([]proto.Message{info}, details...) {
		if detail, err := connect.NewErrorDetail(message); err == nil {
			built.AddDetail(detail)
		}
	}
	return built
}

// Violation is one field at fault: its name in the contract and what it must
// be.
type Violation = invalid.Violation

// BadRequest returns the detail that lists fields at fault.
func BadRequest(violations []Violation) *errdetails.BadRequest {
	bad := &errdetails.BadRequest{}
	for _, violation := range violations {
		bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{
			Field: violation.Field, Description: violation.Description,
		})
	}
	return bad
}

// RetryAfter returns the detail that says how long to wait before a retry.
func RetryAfter(wait time.Duration) *errdetails.RetryInfo {
	return &errdetails.RetryInfo{RetryDelay: durationpb.New(wait)}
}

// CheckDuration returns what is wrong with a duration of a request, or nil. An
// unset duration is valid.
func CheckDuration(field string, value *durationpb.Duration) *Violation {
	switch {
	case value == nil:
		return nil
	case value.CheckValid() != nil:
		return &Violation{Field: field, Description: fmt.Sprintf("must be a valid duration, is %d s %d ns", value.GetSeconds(), value.GetNanos())}
	case value.AsDuration() < 0:
		return &Violation{Field: field, Description: "must not be negative"}
	}
	return nil
}

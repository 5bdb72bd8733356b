package rpc

import (
	"errors"
	"slices"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
)

// Code says what kind of error a call met, as the Connect protocol names it
// (https://connectrpc.com/docs/protocol#error-codes).
type Code string

// The codes of the Connect protocol.
const (
	CodeCanceled           Code = "canceled"
	CodeUnknown            Code = "unknown"
	CodeInvalidArgument    Code = "invalid_argument"
	CodeDeadlineExceeded   Code = "deadline_exceeded"
	CodeNotFound           Code = "not_found"
	CodeAlreadyExists      Code = "already_exists"
	CodePermissionDenied   Code = "permission_denied"
	CodeResourceExhausted  Code = "resource_exhausted"
	CodeFailedPrecondition Code = "failed_precondition"
	CodeAborted            Code = "aborted"
	CodeOutOfRange         Code = "out_of_range"
	CodeUnimplemented      Code = "unimplemented"
	CodeInternal           Code = "internal"
	CodeUnavailable        Code = "unavailable"
	CodeDataLoss           Code = "data_loss"
	CodeUnauthenticated    Code = "unauthenticated"
)

// Error is why a call failed.
type Error struct {
	Code    Code
	Message string
	// Details are what the server said besides.
	Details []Detail
	// Meta has the headers and trailers of the response, as far as there is one.
	Meta Header
	// Wire says that the server sent the error in the form of the protocol.
	// Otherwise it was derived: from the status of a proxy, a broken connection or
	// the end of the context.
	Wire bool
	// Cause is the underlying error, or nil.
	Cause error
}

// Detail is one detail of an error: the name of a message, such as
// "google.rpc.RetryInfo", and that message encoded.
type Detail struct {
	Type  string
	Value []byte
}

// Error returns the code and the message.
func (e *Error) Error() string {
	if e.Message == "" {
		return string(e.Code)
	}
	return string(e.Code) + ": " + e.Message
}

// Unwrap returns Cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf returns the code of an *[Error] in err's tree, unknown for other errors,
// and "" for nil.
func CodeOf(err error) Code {
	var failed *Error
	switch {
	case errors.As(err, &failed):
		return failed.Code
	case err == nil:
		return ""
	default:
		return CodeUnknown
	}
}

// IsWire reports whether the server sent err in the form of the protocol.
func IsWire(err error) bool {
	var failed *Error
	return errors.As(err, &failed) && failed.Wire
}

// DetailOf decodes the first detail of that type into detail, which must be empty, and
// reports whether there is one that can be decoded.
func DetailOf(err error, name string, detail lite.Message) bool {
	var failed *Error
	if !errors.As(err, &failed) {
		return false
	}
	i := slices.IndexFunc(failed.Details, func(detail Detail) bool { return detail.Type == name })
	return i >= 0 && lite.Unmarshal(failed.Details[i].Value, detail) == nil
}

package rpc

import (
	"slices"
	"strconv"
	"strings"
	"time"

	errdetails "github.com/wasmp2pchat/wasmp2pchat/gen/golite/google/rpc"
)

// Refused reports whether a retry is useless. Codes are also derived from
// the status of a proxy or from a broken stream, so most codes count only if a
// server of ours sent them.
func Refused(err error) bool {
	switch CodeOf(err) {
	case CodeUnimplemented, CodeUnauthenticated, CodePermissionDenied:
		return true
	case CodeInvalidArgument, CodeNotFound, CodeAlreadyExists,
		CodeFailedPrecondition, CodeOutOfRange:
		return IsWire(err)
	default:
		return false
	}
}

// RetryAfter returns how long the server asks to wait, from the error's
// google.rpc.RetryInfo. Zero: there is none.
func RetryAfter(err error) time.Duration {
	var info errdetails.RetryInfo
	DetailOf(err, "google.rpc.RetryInfo", &info)
	return max(info.GetRetryDelay().AsDuration(), 0)
}

// ReasonOf returns the reason in the error's google.rpc.ErrorInfo, or "".
func ReasonOf(err error) string {
	var info errdetails.ErrorInfo
	DetailOf(err, "google.rpc.ErrorInfo", &info)
	return info.GetReason()
}

// violations returns the fields of the request that the error's
// google.rpc.BadRequest is about.
func violations(err error) (fields []string) {
	var bad errdetails.BadRequest
	DetailOf(err, "google.rpc.BadRequest", &bad)
	for _, violation := range bad.GetFieldViolations() {
		fields = append(fields, violation.GetField())
	}
	return fields
}

// Names reports whether the error is about a field of the request or about an
// element of it.
func Names(err error, field string) bool {
	return slices.ContainsFunc(violations(err), func(violation string) bool {
		name, _, _ := strings.Cut(violation, "[")
		return name == field
	})
}

// RefusedElements returns which elements of a list the error is about.
func RefusedElements(err error, list string) (indexes []int) {
	for _, violation := range violations(err) {
		rest, is := strings.CutPrefix(violation, list+"[")
		number, _, closed := strings.Cut(rest, "]")
		if i, err := strconv.Atoi(number); is && closed && err == nil && i >= 0 {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

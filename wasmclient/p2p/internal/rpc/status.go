package rpc

// codeOfStatus returns the code for the status of a response that is not of the
// protocol (https://connectrpc.com/docs/protocol#http-to-error-code).
func codeOfStatus(status int) Code {
	switch status {
	case 400:
		return CodeInternal
	case 401:
		return CodeUnauthenticated
	case 403:
		return CodePermissionDenied
	case 404:
		return CodeUnimplemented
	case 429, 502, 503, 504:
		return CodeUnavailable
	default:
		return CodeUnknown
	}
}

// known reports whether a code is one of the protocol.
func (c Code) known() bool {
	switch c {
	case CodeCanceled, CodeUnknown, CodeInvalidArgument, CodeDeadlineExceeded, CodeNotFound, CodeAlreadyExists,
		CodePermissionDenied, CodeResourceExhausted, CodeFailedPrecondition, CodeAborted, CodeOutOfRange,
		CodeUnimplemented, CodeInternal, CodeUnavailable, CodeDataLoss, CodeUnauthenticated:
		return true
	default:
		return false
	}
}

package rpc

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

// longestTimeout is the largest Connect-Timeout-Ms, ten digits.
const longestTimeout = 9_999_999_999

// fetched is a response of fetch. read must be called by one goroutine at a time;
// close may be called by another.
type fetched struct {
	ctx    context.Context
	status int
	header Header
	reader js.Value // null: the response has no body
	abort  func()
	stop   func() bool // no longer aborts at the end of ctx
}

// post sends a request and returns when the response's headers have come. The end
// of ctx aborts the request and the response, and so does close. Redirects are
// errors. Cookies go to the page's own origin only: without them browsers open
// other connections than those that loaded the page.
func post(ctx context.Context, url, contentType string, header Header, body []byte) (*fetched, error) {
	headers, err := requestHeaders(ctx, contentType, header)
	if err != nil {
		return nil, ended(err)
	}
	aborter := js.Global().Get("AbortController").New()
	abort := func() { aborter.Call("abort") }
	stop := context.AfterFunc(ctx, abort)
	response, err := domjs.Await(func() js.Value {
		return js.Global().Call("fetch", url, map[string]any{
			"method":      "POST",
			"headers":     headers,
			"body":        domjs.Uint8Array(body),
			"signal":      aborter.Get("signal"),
			"cache":       "no-store",
			"credentials": "same-origin",
			"redirect":    "error",
		})
	})
	if err != nil {
		stop()
		return nil, broken(ctx, err)
	}
	f := &fetched{ctx: ctx, status: response.Get("status").Int(), header: headersOf(response), reader: js.Null(), abort: abort, stop: stop}
	if stream := response.Get("body"); stream.Truthy() {
		f.reader = stream.Call("getReader")
	}
	return f, nil
}

// requestHeaders returns what a call sends besides what the browser sets: no more
// than what connectrpc.com/cors lists, or pages of other origins could not call.
func requestHeaders(ctx context.Context, contentType string, header Header) (js.Value, error) {
	headers := js.Global().Get("Headers").New()
	headers.Call("set", "Content-Type", contentType)
	headers.Call("set", "Connect-Protocol-Version", "1")
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline).Milliseconds()
		if left <= 0 {
			return headers, context.DeadlineExceeded
		}
		headers.Call("set", "Connect-Timeout-Ms", strconv.FormatInt(min(left, longestTimeout), 10))
	}
	for name, values := range header {
		for _, value := range values {
			headers.Call("append", name, value)
		}
	}
	return headers, ctx.Err()
}

func headersOf(response js.Value) Header {
	header := Header{}
	entries := js.Global().Get("Array").Call("from", response.Get("headers"))
	for i := range entries.Length() {
		entry := entries.Index(i)
		name := strings.ToLower(entry.Index(0).String())
		header[name] = append(header[name], entry.Index(1).String())
	}
	return header
}

// read waits for more of the body. The error is io.EOF at its end.
func (f *fetched) read() ([]byte, error) {
	if f.reader.IsNull() {
		return nil, io.EOF
	}
	result, err := domjs.Await(func() js.Value { return f.reader.Call("read") })
	switch {
	case err != nil:
		return nil, broken(f.ctx, err)
	case result.Get("done").Bool():
		return nil, io.EOF
	default:
		return domjs.BytesOf(result.Get("value")), nil
	}
}

// readAll reads a body of at most limit bytes.
func (f *fetched) readAll(limit int) ([]byte, error) {
	var body []byte
	for {
		data, err := f.read()
		switch {
		case err == io.EOF: //nolint:errorlint // as read returns it
			return body, nil
		case err != nil:
			return nil, err
		case len(body)+len(data) > limit:
			return nil, tooLarge(limit)
		}
		body = append(body, data...)
	}
}

func (f *fetched) close() {
	f.stop()
	f.abort()
}

// broken returns the error of a call whose connection has failed, or that has been
// aborted.
func broken(ctx context.Context, err error) *Error {
	if cause := ctx.Err(); cause != nil {
		return ended(cause)
	}
	return &Error{Code: CodeUnavailable, Message: err.Error(), Cause: err}
}

// ended returns the error of a call whose context has ended.
func ended(cause error) *Error {
	code := CodeCanceled
	if errors.Is(cause, context.DeadlineExceeded) {
		code = CodeDeadlineExceeded
	}
	return &Error{Code: code, Message: cause.Error(), Cause: cause}
}

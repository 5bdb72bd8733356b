// Package rpc calls unary and server-streaming procedures over the Connect
// protocol (https://connectrpc.com/docs/protocol): natively with connect-go, in a
// browser over fetch. Messages are those of gen/golite, which need no reflection.
// connect-go with net/http would make the browser client twice as large.
package rpc

import (
	"context"
	"io"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
)

// Header has the headers or the trailers of a call. The names of those received
// are in the form of http.CanonicalHeaderKey natively and in lower case in a
// browser: use Get.
type Header map[string][]string

// Response is the answer to a unary call.
type Response struct {
	Header, Trailer Header
	Message         []byte // encoded
}

// Observer sees the steps of one call. The caller's goroutine calls its methods in this
// order; they must not block.
type Observer interface {
	// Sent is called before the encoded request is sent.
	Sent(request []byte)
	// Answered is called when the headers of the response have come, as far as that can be
	// told before there is a message.
	Answered()
	// Received is called with each encoded message that comes, before it is decoded.
	Received(message []byte)
	// Ended is called once, with the error of the call: nil or an *[Error]. What cannot be
	// decoded does not count.
	Ended(err error)
}

// Unary makes a unary call and decodes into response, which must be empty. Procedure
// is its path, such as "/package.Service/Method". Observer may be nil. The error is an
// *[Error].
func (c *Client) Unary(ctx context.Context, procedure string, header Header, request, response lite.Message, observer Observer) error {
	data, err := lite.Marshal(request)
	if err != nil {
		return unencodable(err)
	}
	if observer != nil {
		observer.Sent(data)
	}
	answer, err := c.Call(ctx, procedure, header, data)
	if observer != nil {
		if err == nil {
			observer.Received(answer.Message)
		}
		observer.Ended(err)
	}
	if err != nil {
		return err
	}
	if err := lite.Unmarshal(answer.Message, response); err != nil {
		return undecodable(err)
	}
	return nil
}

// Events is a stream of messages from the server. Receive and Close must be called by
// one goroutine at a time.
type Events struct {
	*Stream
	observer Observer // nil: none, or the call has ended
}

// ServerStream begins a call whose response is a stream. Observer may be nil. The error
// is an *[Error]; one of the server may also come with the first Receive. Close must be
// called.
func (c *Client) ServerStream(ctx context.Context, procedure string, header Header, request lite.Message, observer Observer) (*Events, error) {
	data, err := lite.Marshal(request)
	if err != nil {
		return nil, unencodable(err)
	}
	if observer != nil {
		observer.Sent(data)
	}
	stream, err := c.Stream(ctx, procedure, header, data)
	if err != nil {
		if observer != nil {
			observer.Ended(err)
		}
		return nil, err
	}
	if observer != nil && headersFirst {
		observer.Answered()
	}
	return &Events{stream, observer}, nil
}

// Receive waits for the next message and decodes it into event, which must be empty.
// The error is io.EOF after the last one, otherwise an *[Error].
func (e *Events) Receive(event lite.Message) error {
	data, err := e.Stream.Receive()
	if err != nil {
		e.ended(err)
		return err
	}
	if e.observer != nil {
		e.observer.Received(data)
	}
	if err := lite.Unmarshal(data, event); err != nil {
		return undecodable(err)
	}
	return nil
}

// Close ends the call.
func (e *Events) Close() {
	e.ended(&Error{Code: CodeCanceled})
	e.Stream.Close()
}

func (e *Events) ended(err error) {
	if e.observer != nil {
		if err == io.EOF { //nolint:errorlint // as Receive returns it
			err = nil
		}
		e.observer.Ended(err)
		e.observer = nil
	}
}

func unencodable(err error) *Error {
	return &Error{Code: CodeInternal, Message: "encode request: " + err.Error()}
}

func undecodable(err error) *Error {
	return &Error{Code: CodeInternal, Message: "decode response: " + err.Error()}
}

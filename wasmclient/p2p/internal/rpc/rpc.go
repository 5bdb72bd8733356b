// Package rpc calls unary and server-streaming procedures over the Connect
// protocol (https://connectrpc.com/docs/protocol): natively with connect-go, in a
// browser over fetch. Messages are those of gen/golite, which need no reflection.
// connect-go with net/http would make the browser client twice as large.
package rpc

import (
	"context"

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

// Unary makes a unary call and decodes into response, which must be empty. Procedure
// is its path, such as "/package.Service/Method". The error is an *[Error].
func (c *Client) Unary(ctx context.Context, procedure string, header Header, request, response lite.Message) error {
	data, err := lite.Marshal(request)
	if err != nil {
		return unencodable(err)
	}
	answer, err := c.Call(ctx, procedure, header, data)
	if err != nil {
		return err
	}
	if err := lite.Unmarshal(answer.Message, response); err != nil {
		return undecodable(err)
	}
	return nil
}

// Events is a stream of messages from the server. Receive must be called by one
// goroutine at a time.
type Events struct{ *Stream }

// ServerStream begins a call whose response is a stream. The error is an *[Error];
// one of the server may also come with the first Receive. Close must be called.
func (c *Client) ServerStream(ctx context.Context, procedure string, header Header, request lite.Message) (*Events, error) {
	data, err := lite.Marshal(request)
	if err != nil {
		return nil, unencodable(err)
	}
	stream, err := c.Stream(ctx, procedure, header, data)
	if err != nil {
		return nil, err
	}
	return &Events{stream}, nil
}

// Receive waits for the next message and decodes it into event, which must be empty.
// The error is io.EOF after the last one, otherwise an *[Error].
func (e *Events) Receive(event lite.Message) error {
	data, err := e.Stream.Receive()
	if err != nil {
		return err
	}
	if err := lite.Unmarshal(data, event); err != nil {
		return undecodable(err)
	}
	return nil
}

func unencodable(err error) *Error {
	return &Error{Code: CodeInternal, Message: "encode request: " + err.Error()}
}

func undecodable(err error) *Error {
	return &Error{Code: CodeInternal, Message: "decode response: " + err.Error()}
}

// Package rpc calls unary and server-streaming procedures over the Connect
// protocol (https://connectrpc.com/docs/protocol): natively with connect-go, in a
// browser over fetch. Messages are those of gen/golite, which need no reflection.
// connect-go with net/http would make the browser client twice as large.
package rpc

import "context"

// Header has the headers or the trailers of a call. The names of those received
// are in the form of http.CanonicalHeaderKey natively and in lower case in a
// browser: use Get.
type Header map[string][]string

// Response is the answer to a unary call.
type Response struct {
	Header, Trailer Header
	Message         []byte // encoded
}

// Messages are encoded and decoded by their own methods MarshalVT and UnmarshalVT,
// which are given as functions: an interface would make the linker keep both for
// each message.

// Unary makes a unary call with the message that encode returns and gives the
// response to decode. Procedure is its path, such as "/package.Service/Method". The
// error is an *[Error].
func (c *Client) Unary(ctx context.Context, procedure string, header Header, encode func() ([]byte, error), decode func([]byte) error) error {
	request, err := encode()
	if err != nil {
		return unencodable(err)
	}
	response, err := c.Call(ctx, procedure, header, request)
	if err != nil {
		return err
	}
	if err := decode(response.Message); err != nil {
		return undecodable(err)
	}
	return nil
}

// Events is a stream of messages from the server. Receive must be called by one
// goroutine at a time.
type Events[M any] struct {
	*Stream
	decode func(*M, []byte) error
}

// ServerStream begins a call whose response is a stream. The error is an *[Error];
// one of the server may also come with the first Receive. Close must be called.
func ServerStream[M any](
	ctx context.Context, client *Client, procedure string, header Header, encode func() ([]byte, error), decode func(*M, []byte) error,
) (*Events[M], error) {
	request, err := encode()
	if err != nil {
		return nil, unencodable(err)
	}
	stream, err := client.Stream(ctx, procedure, header, request)
	if err != nil {
		return nil, err
	}
	return &Events[M]{stream, decode}, nil
}

// Receive waits for the next message. The error is io.EOF after the last one,
// otherwise an *[Error].
func (e *Events[M]) Receive() (*M, error) {
	data, err := e.Stream.Receive()
	if err != nil {
		return nil, err
	}
	message := new(M)
	if err := e.decode(message, data); err != nil {
		return nil, undecodable(err)
	}
	return message, nil
}

func unencodable(err error) *Error {
	return &Error{Code: CodeInternal, Message: "encode request: " + err.Error()}
}

func undecodable(err error) *Error {
	return &Error{Code: CodeInternal, Message: "decode response: " + err.Error()}
}

// Package rpc calls unary and server-streaming procedures over the Connect
// protocol (https://connectrpc.com/docs/protocol): natively with connect-go, in a
// browser over fetch. Messages are those of gen/golite, which need no reflection.
// connect-go with net/http would make the browser client twice as large.
package rpc

import (
	"context"
)

// Header has the headers or the trailers of a call. The names of those received
// are in the form of http.CanonicalHeaderKey natively and in lower case in a
// browser: use Get.
type Header map[string][]string

// Message is a message of gen/golite.
type Message interface {
	MarshalVT() ([]byte, error)
	UnmarshalVT(data []byte) error
}

// decodable is *M, where M is a message of gen/golite.
type decodable[M any] interface {
	*M
	Message
}

// Response is the answer to a unary call.
type Response struct {
	Header, Trailer Header
	Message         []byte // encoded
}

// Unary makes a unary call with request and returns the response. Procedure is its
// path, such as "/package.Service/Method". The error is an *[Error].
func Unary[M any, P decodable[M]](ctx context.Context, client *Client, procedure string, header Header, request Message) (*M, error) {
	data, err := request.MarshalVT()
	if err != nil {
		return nil, &Error{Code: CodeInternal, Message: "encode request: " + err.Error()}
	}
	response, err := client.Call(ctx, procedure, header, data)
	if err != nil {
		return nil, err
	}
	message := new(M)
	if err := P(message).UnmarshalVT(response.Message); err != nil {
		return nil, undecodable(err)
	}
	return message, nil
}

// Events is a stream of messages from the server. Receive must be called by one
// goroutine at a time.
type Events[M any] struct {
	*Stream
	decode func([]byte) (*M, error)
}

// ServerStream begins a call whose response is a stream. The error is an *[Error];
// one of the server may also come with the first Receive. Close must be called.
func ServerStream[M any, P decodable[M]](ctx context.Context, client *Client, procedure string, header Header, request Message) (*Events[M], error) {
	data, err := request.MarshalVT()
	if err != nil {
		return nil, &Error{Code: CodeInternal, Message: "encode request: " + err.Error()}
	}
	stream, err := client.Stream(ctx, procedure, header, data)
	if err != nil {
		return nil, err
	}
	return &Events[M]{stream, func(data []byte) (*M, error) {
		message := new(M)
		return message, P(message).UnmarshalVT(data)
	}}, nil
}

// Receive waits for the next message. The error is io.EOF after the last one,
// otherwise an *[Error].
func (e *Events[M]) Receive() (*M, error) {
	data, err := e.Stream.Receive()
	if err != nil {
		return nil, err
	}
	message, err := e.decode(data)
	if err != nil {
		return nil, undecodable(err)
	}
	return message, nil
}

func undecodable(err error) *Error {
	return &Error{Code: CodeInternal, Message: "decode response: " + err.Error()}
}

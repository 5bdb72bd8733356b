//go:build !js

package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync"

	"connectrpc.com/connect"
)

// HTTPClient is the part of *http.Client that calls need.
type HTTPClient interface {
	Do(request *http.Request) (*http.Response, error)
}

// Client calls the services at one URL. Safe for concurrent use.
type Client struct {
	http  HTTPClient
	url   string
	limit int

	mu    sync.Mutex                                   // guards the following field
	calls map[string]*connect.Client[encoded, encoded] // by procedure
}

// NewClient returns a Client for the services at url, which does not end with a
// slash. A nil client: a plain *http.Client. Messages of more than limit bytes are
// refused with resource_exhausted.
func NewClient(client HTTPClient, url string, limit int) *Client {
	if client == nil {
		client = http.DefaultClient
	}
	return &Client{http: client, url: url, limit: limit, calls: make(map[string]*connect.Client[encoded, encoded])}
}

func (c *Client) procedure(path string) *connect.Client[encoded, encoded] {
	c.mu.Lock()
	defer c.mu.Unlock()
	call := c.calls[path]
	if call == nil {
		call = connect.NewClient[encoded, encoded](c.http, c.url+path, connect.WithCodec(codec{}), connect.WithReadMaxBytes(c.limit))
		c.calls[path] = call
	}
	return call
}

// Call makes a unary call with an encoded message. The error is an *[Error].
func (c *Client) Call(ctx context.Context, procedure string, header Header, request []byte) (Response, error) {
	response, err := c.procedure(procedure).CallUnary(ctx, newRequest(header, request))
	if err != nil {
		return Response{}, fromConnect(err)
	}
	return Response{Header: Header(response.Header()), Trailer: Header(response.Trailer()), Message: response.Msg.data}, nil
}

// Stream begins a server-streaming call with an encoded message. The error is an
// *[Error]. Close must be called.
func (c *Client) Stream(ctx context.Context, procedure string, header Header, request []byte) (*Stream, error) {
	messages, err := c.procedure(procedure).CallServerStream(ctx, newRequest(header, request))
	if err != nil {
		return nil, fromConnect(err)
	}
	return &Stream{messages}, nil
}

// headersFirst says that Stream waits for the headers of the response. Connect-go lets the
// first Receive do so.
const headersFirst = false

// Stream is a stream of encoded messages. Receive must be called by one goroutine
// at a time; Close may be called by another.
type Stream struct {
	messages *connect.ServerStreamForClient[encoded]
}

// Receive waits for the next message. The error is io.EOF after the last one,
// otherwise an *[Error].
func (s *Stream) Receive() ([]byte, error) {
	if s.messages.Receive() {
		return s.messages.Msg().data, nil
	}
	if err := s.messages.Err(); err != nil {
		return nil, fromConnect(err)
	}
	return nil, io.EOF
}

// Header returns the headers of the response. They are there after the first
// Receive.
func (s *Stream) Header() Header { return Header(s.messages.ResponseHeader()) }

// Trailer returns the trailers of the response. They are there after the last
// Receive.
func (s *Stream) Trailer() Header { return Header(s.messages.ResponseTrailer()) }

// Close ends the call. End its context first, or Close waits for the rest of the
// stream.
func (s *Stream) Close() { _ = s.messages.Close() }

func newRequest(header Header, data []byte) *connect.Request[encoded] {
	request := connect.NewRequest(&encoded{data})
	maps.Copy(request.Header(), header)
	return request
}

func fromConnect(err error) *Error {
	failed := &Error{Code: Code(connect.CodeOf(err).String()), Message: err.Error(), Wire: connect.IsWireError(err), Cause: err}
	var told *connect.Error
	if errors.As(err, &told) {
		failed.Message, failed.Meta = told.Message(), Header(told.Meta())
		for _, detail := range told.Details() {
			failed.Details = append(failed.Details, Detail{Type: detail.Type(), Value: detail.Bytes()})
		}
	}
	return failed
}

// encoded is a message that is encoded already.
type encoded struct{ data []byte }

// codec is the binary codec of the protocol for those.
type codec struct{}

var errNotEncoded = errors.New("message is not encoded")

// Name implements connect.Codec.
func (codec) Name() string { return "proto" }

// Marshal implements connect.Codec.
func (codec) Marshal(message any) ([]byte, error) {
	if message, ok := message.(*encoded); ok {
		return message.data, nil
	}
	return nil, fmt.Errorf("%w: %T", errNotEncoded, message)
}

// Unmarshal implements connect.Codec. It copies data, which connect-go uses again.
func (codec) Unmarshal(data []byte, message any) error {
	if message, ok := message.(*encoded); ok {
		message.data = append([]byte(nil), data...)
		return nil
	}
	return fmt.Errorf("%w: %T", errNotEncoded, message)
}

package rpc

import (
	"context"
	"io"
	"strconv"
	"strings"
)

// HTTPClient is always nil: a browser has one HTTP client.
type HTTPClient any

// Client calls the services at one URL. Safe for concurrent use.
type Client struct {
	url   string
	limit int
}

// NewClient returns a Client for the services at url, which does not end with a
// slash. Messages of more than limit bytes are refused with resource_exhausted.
func NewClient(_ HTTPClient, url string, limit int) *Client {
	return &Client{url: url, limit: limit}
}

const (
	unaryType  = "application/proto"
	streamType = "application/connect+proto"
)

// Call makes a unary call with an encoded message. The error is an *[Error].
func (c *Client) Call(ctx context.Context, procedure string, header Header, request []byte) (Response, error) {
	response, err := post(ctx, c.url+procedure, unaryType, header, request)
	if err != nil {
		return Response{}, err
	}
	defer response.close()
	body, err := response.readAll(c.limit)
	if err != nil {
		return Response{}, err
	}
	headers, trailers := splitTrailers(response.header)
	if err := checkUnary(response, body); err != nil {
		err.Meta = merge(headers, trailers)
		return Response{}, err
	}
	return Response{Header: headers, Trailer: trailers, Message: body}, nil
}

func checkUnary(response *fetched, body []byte) *Error {
	kind := response.header.Get("Content-Type")
	switch {
	case response.status != 200 && kind == "application/json":
		return parseError(body, response.status)
	case response.status != 200:
		return statusError(response.status)
	default:
		return checkType(kind, unaryType)
	}
}

// checkType returns an error if a response is not of the type that was asked for.
func checkType(got, want string) *Error {
	if got == want {
		return nil
	}
	code := CodeUnknown // not of the protocol
	if family, _, _ := strings.Cut(want, "proto"); strings.HasPrefix(got, family) {
		code = CodeInternal
	}
	return &Error{Code: code, Message: "response is " + strconv.Quote(got) + ", not " + strconv.Quote(want)}
}

func statusError(status int) *Error {
	return &Error{Code: codeOfStatus(status), Message: "HTTP status " + strconv.Itoa(status)}
}

// headersFirst says that Stream waits for the headers of the response.
const headersFirst = true

// Stream is a stream of encoded messages. Receive must be called by one goroutine
// at a time; Close may be called by another.
type Stream struct {
	response  *fetched
	envelopes envelopes
	trailer   Header
	end       error // what Receive returns from now on
}

// Stream begins a server-streaming call with an encoded message. The error is an
// *[Error]. Close must be called.
func (c *Client) Stream(ctx context.Context, procedure string, header Header, request []byte) (*Stream, error) {
	response, err := post(ctx, c.url+procedure, streamType, header, envelope(request))
	if err != nil {
		return nil, err
	}
	failed := statusError(response.status)
	if response.status == 200 {
		failed = checkType(response.header.Get("Content-Type"), streamType)
	}
	if failed != nil {
		response.close()
		failed.Meta = response.header
		return nil, failed
	}
	return &Stream{response: response, envelopes: envelopes{limit: c.limit}}, nil
}

// Receive waits for the next message. The error is io.EOF after the last one,
// otherwise an *[Error].
func (s *Stream) Receive() ([]byte, error) {
	for s.end == nil {
		if err := s.response.ctx.Err(); err != nil { // what has come already does not count
			return nil, ended(err)
		}
		data, end, ok, err := s.envelopes.next()
		switch {
		case err != nil:
			s.end = err
		case end:
			s.end = s.finish(data)
		case ok:
			return data, nil
		default:
			s.end = s.more()
		}
	}
	return nil, s.end
}

// more waits for more of the response, whose end comes too early.
func (s *Stream) more() error {
	data, err := s.response.read()
	if err == io.EOF { //nolint:errorlint // as read returns it
		return &Error{Code: CodeInternal, Message: "stream ended without its last message", Cause: io.ErrUnexpectedEOF}
	}
	s.envelopes.rest = append(s.envelopes.rest, data...)
	return err
}

// finish reads the last message of a stream, and then to the end of the response,
// so that HTTP/1.1 can use the connection again.
func (s *Stream) finish(last []byte) error {
	failed, trailer, err := parseEnd(last)
	s.trailer = trailer
	if err == nil && (len(s.envelopes.rest) > 0 || s.more() == nil) {
		err = &Error{Code: CodeInternal, Message: "stream goes on after its last message"}
	}
	switch {
	case err != nil:
		return err
	case failed != nil:
		failed.Meta = merge(s.response.header, trailer)
		return failed
	default:
		return io.EOF
	}
}

// Header returns the headers of the response.
func (s *Stream) Header() Header { return s.response.header }

// Trailer returns the trailers of the response. They are there after the last
// Receive.
func (s *Stream) Trailer() Header { return s.trailer }

// Close ends the call.
func (s *Stream) Close() { s.response.close() }

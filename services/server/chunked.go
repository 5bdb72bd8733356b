package server

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"time"
)

// chunkedResponse writes the rest of a response, whose headers have been sent, in
// chunks (RFC 9112, section 7.1) to a connection that it owns.
type chunkedResponse struct {
	conn    net.Conn
	server  *http.Server       // gets the connection back
	gone    context.CancelFunc // called when the client has gone
	leave   func()             // the gates that admitted the request
	last    bool               // the connection is to be closed at the end
	ahead   []byte             // what the client has sent of its next request
	quiet   chan struct{}      // closed when nothing is read any more
	written bytes.Buffer       // and not sent yet
}

// Header implements http.ResponseWriter. They have been sent.
func (c *chunkedResponse) Header() http.Header { return make(http.Header) }

// WriteHeader implements http.ResponseWriter.
func (c *chunkedResponse) WriteHeader(int) {}

// Write implements http.ResponseWriter.
func (c *chunkedResponse) Write(data []byte) (int, error) {
	return httputil.NewChunkedWriter(&c.written).Write(data)
}

// FlushError serves http.ResponseController.
func (c *chunkedResponse) FlushError() error {
	_, err := c.written.WriteTo(c.conn)
	c.last = c.last || err != nil
	return err
}

// SetWriteDeadline serves http.ResponseController.
func (c *chunkedResponse) SetWriteDeadline(deadline time.Time) error {
	return c.conn.SetWriteDeadline(deadline)
}

// read reports when the client has gone. It returns when the client sends its next
// request early; nothing is reported from then on.
func (c *chunkedResponse) read() {
	defer close(c.quiet)
	if len(c.ahead) > 0 {
		return
	}
	var one [1]byte
	n, err := c.conn.Read(one[:])
	c.ahead = one[:n]
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		c.gone()
	}
}

// end ends the response, and reports whether the connection can serve the next
// request.
func (c *chunkedResponse) end() bool {
	if err := c.conn.SetReadDeadline(time.Unix(1, 0)); err != nil { // read returns
		return false
	}
	<-c.quiet
	_ = httputil.NewChunkedWriter(&c.written).Close() // the last chunk
	c.written.WriteString("\r\n")                     // no trailers
	if c.conn.SetWriteDeadline(time.Now().Add(writeDeadline)) != nil || c.FlushError() != nil {
		return false
	}
	return !c.last && c.conn.SetDeadline(time.Time{}) == nil
}

// readConnection is a connection of which something was read already.
type readConnection struct {
	net.Conn
	ahead []byte
}

// Read implements net.Conn.
func (c *readConnection) Read(p []byte) (int, error) {
	if len(c.ahead) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.ahead)
	c.ahead = c.ahead[n:]
	return n, nil
}

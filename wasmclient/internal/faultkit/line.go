//go:build !js

package faultkit

import (
	"context"
	"net"
	"net/http"
	"path"
	"sync"
	"syscall"
	"time"
)

// Dial opens a connection, as net.Dialer's DialContext does.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Line is one machine's connection to its servers. It works with any Dial, so
// also inside testing/synctest. Safe for concurrent use.
type Line struct {
	dial      Dial
	transport *http.Transport
	gate      gate

	mu          sync.Mutex // guards the following fields
	cut         bool
	connections map[*lineConnection]struct{}
	asking      func(method string)
}

// NewLine returns a line whose connections come from dial.
func NewLine(dial Dial) *Line {
	l := &Line{dial: dial, connections: map[*lineConnection]struct{}{}}
	l.transport = &http.Transport{DialContext: l.open}
	return l
}

// Client returns the machine's HTTP client.
func (l *Line) Client() *http.Client { return &http.Client{Transport: l} }

// WhenAsking sets a function that is called with the last element of the path
// of each request before it leaves: the name of the method.
func (l *Line) WhenAsking(asking func(method string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asking = asking
}

// Cut resets all connections and fails to open new ones, until Heal.
func (l *Line) Cut() {
	l.mu.Lock()
	l.cut = true
	connections := l.connections
	l.connections = map[*lineConnection]struct{}{}
	l.mu.Unlock()
	for connection := range connections {
		connection.cancel()
		reset(connection.Conn)
	}
}

// Stall lets nothing pass until Heal, not even the close of a connection. To the
// servers the machine looks as if its power were cut.
func (l *Line) Stall() { l.gate.shut() }

// Heal ends Cut and Stall.
func (l *Line) Heal() {
	l.mu.Lock()
	l.cut = false
	l.mu.Unlock()
	l.gate.open()
}

// Close cuts the line for good and frees everything.
func (l *Line) Close() {
	l.Cut()
	l.gate.open()
	l.transport.CloseIdleConnections()
}

// RoundTrip implements http.RoundTripper.
func (l *Line) RoundTrip(request *http.Request) (*http.Response, error) {
	l.mu.Lock()
	asking := l.asking
	l.mu.Unlock()
	if asking != nil {
		asking(path.Base(request.URL.Path))
	}
	return l.transport.RoundTrip(request)
}

func (l *Line) open(ctx context.Context, network, address string) (net.Conn, error) {
	if !l.gate.pass(ctx) {
		return nil, context.Cause(ctx)
	}
	l.mu.Lock()
	cut := l.cut
	l.mu.Unlock()
	if cut {
		return nil, syscall.ENETUNREACH
	}
	connection, err := l.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &lineConnection{Conn: connection, line: l}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	l.mu.Lock()
	cut = l.cut
	if !cut {
		l.connections[c] = struct{}{}
	}
	l.mu.Unlock()
	if cut {
		_ = c.Close()
		return nil, syscall.ENETUNREACH
	}
	return c, nil
}

type lineConnection struct {
	net.Conn
	line   *Line
	ctx    context.Context // ends with the connection
	cancel context.CancelFunc
}

func (c *lineConnection) Read(data []byte) (int, error) {
	count, err := c.Conn.Read(data)
	if !c.line.gate.pass(c.ctx) {
		return 0, syscall.ECONNRESET
	}
	return count, err
}

func (c *lineConnection) Write(data []byte) (int, error) {
	if !c.line.gate.pass(c.ctx) {
		return 0, syscall.ECONNRESET
	}
	return c.Conn.Write(data)
}

func (c *lineConnection) Close() error {
	c.cancel()
	if c.line.gate.isShut() {
		return c.SetDeadline(time.Unix(1, 0)) // ends reads and writes here, and sends nothing
	}
	c.line.mu.Lock()
	delete(c.line.connections, c)
	c.line.mu.Unlock()
	return c.Conn.Close()
}

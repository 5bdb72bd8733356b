package server

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// moved holds the responses that continue after their handlers have returned.
type moved struct {
	logger *slog.Logger

	mu   sync.Mutex // guards the following field
	open map[*chunkedResponse]struct{}
}

// Move implements serverstream.Mover for HTTP/1.1. During a request, net/http holds
// 10 KB of buffers and 10 KB of stacks. So the response takes the connection over,
// writes its chunks itself, and at its end returns the connection to the server, for
// the next request.
func (x *exchange) Move(r *http.Request, serve func(context.Context)) bool {
	server, ok := r.Context().Value(http.ServerContextKey).(*http.Server)
	if !ok || r.ProtoMajor != 1 || r.ProtoMinor == 0 || !x.body.read() || endsWithTrailers(x.Header()) {
		return false
	}
	conn, buffered, err := x.control.Hijack()
	if err != nil {
		return false
	}
	ahead, _ := buffered.Peek(buffered.Reader.Buffered())
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	response := &chunkedResponse{
		conn: conn, server: server, gone: cancel, leave: x.leave, last: r.Close, ahead: bytes.Clone(ahead), quiet: make(chan struct{}),
	}
	x.leave, x.body = nil, boundedBody{}
	x.boundedWriter = boundedWriter{ResponseWriter: response, control: *http.NewResponseController(response), http1: true, free: x.free}
	x.moved.add(response)
	go x.moved.run(ctx, response, serve)
	return true
}

// endsWithTrailers reports whether a response is one of gRPC, which ends with
// trailers. Those of Connect and gRPC-Web are in the body.
func endsWithTrailers(header http.Header) bool {
	kind := header.Get("Content-Type")
	return strings.HasPrefix(kind, "application/grpc") && !strings.HasPrefix(kind, "application/grpc-web")
}

// run writes the rest of a response.
func (m *moved) run(ctx context.Context, response *chunkedResponse, serve func(context.Context)) {
	defer m.remove(response)
	defer response.leave()
	defer response.gone()
	go response.read()
	if !m.completes(ctx, serve) || !response.end() {
		_ = response.conn.Close()
		return
	}
	conn := response.conn
	if len(response.ahead) > 0 {
		conn = &readConnection{conn, response.ahead}
	}
	giveBack(response.server, conn)
}

// completes calls serve, and reports whether it wrote the response to its end.
func (m *moved) completes(ctx context.Context, serve func(context.Context)) (complete bool) {
	defer func() {
		//nolint:errorlint,err113 // as net/http compares it
		if panicked := recover(); panicked != nil && panicked != http.ErrAbortHandler {
			m.logger.Error("panic in a stream", "panic", panicked, "stack", string(debug.Stack()))
		}
	}()
	serve(ctx)
	return true
}

func (m *moved) add(response *chunkedResponse) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open == nil {
		m.open = make(map[*chunkedResponse]struct{})
	}
	m.open[response] = struct{}{}
}

func (m *moved) remove(response *chunkedResponse) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.open, response)
}

// wait returns when all have ended, or when ctx is done. It polls, as
// http.Server.Shutdown does.
func (m *moved) wait(ctx context.Context) error {
	for {
		m.mu.Lock()
		left := len(m.open)
		m.mu.Unlock()
		if left == 0 {
			return nil
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// close closes the connections of those that have not ended.
func (m *moved) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for response := range m.open {
		_ = response.conn.Close()
	}
}

// giveBack lets the server read the next request of a connection. If the server has
// been shut down, it closes the connection.
func giveBack(server *http.Server, conn net.Conn) {
	listener := &oneConnection{conn: conn}
	_ = server.Serve(listener) // returns at once: there is no second connection
	if listener.conn != nil {
		_ = conn.Close()
	}
}

// oneConnection is a listener that has one connection.
type oneConnection struct{ conn net.Conn }

var errNoMore = errors.New("no more connections")

// Accept implements net.Listener.
func (l *oneConnection) Accept() (net.Conn, error) {
	if l.conn == nil {
		return nil, errNoMore
	}
	conn := l.conn
	l.conn = nil
	return conn, nil
}

// Close implements net.Listener.
func (*oneConnection) Close() error { return nil }

// Addr implements net.Listener.
func (*oneConnection) Addr() net.Addr { return &net.TCPAddr{} }

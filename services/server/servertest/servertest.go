// Package servertest serves HTTP over in-memory pipes, for tests in
// testing/synctest, which cannot wait for sockets.
package servertest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
)

// Client serves with server until the test ends and returns a client whose
// every request goes to it, whatever its host: HTTP/2 without TLS if http2,
// HTTP/1.1 otherwise. Each of wrap is put around the listener.
func Client(t testing.TB, server *http.Server, http2 bool, wrap ...func(net.Listener) net.Listener) *http.Client {
	t.Helper()
	listener := &listener{connections: make(chan net.Conn), closed: make(chan struct{})}
	served, outer := make(chan error, 1), net.Listener(listener)
	for _, around := range wrap {
		outer = around(outer)
	}
	go func() { served <- server.Serve(outer) }()
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!http2)
	protocols.SetUnencryptedHTTP2(http2)
	transport := &http.Transport{Protocols: protocols, DialContext: listener.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Errorf("close server: %v", err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
		for _, connection := range listener.accepted { // responses may have taken them over
			_ = connection.Close()
		}
	})
	return &http.Client{Transport: transport}
}

type listener struct {
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
	accepted    []net.Conn // used by Accept, and when it has returned for the last time
}

func (l *listener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.connections <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.connections:
		l.accepted = append(l.accepted, connection)
		return connection, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "memory" }
func (address) String() string  { return "memory" }

//go:build !js

package faultkit

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// Proxy passes TCP connections on to a target and breaks them when told to.
// Settings apply to open connections and to later ones. Safe for
// concurrent use.
type Proxy struct {
	listener net.Listener
	ctx      context.Context // ends with the test
	working  sync.WaitGroup
	gate     gate

	mu          sync.Mutex // guards the following fields
	target      string
	refusing    bool
	status      int
	delay       time.Duration
	rate        int // bytes per second each way; zero: any
	drop        drop
	connections map[*Connection]struct{}
}

// drop says which answers are dropped.
type drop struct {
	method string
	left   int
	done   chan struct{} // closed when none is left
}

// NewProxy listens on a free port of 127.0.0.1 until the test ends and passes
// everything on to target, a host and port.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &Proxy{listener: listener, ctx: ctx, target: target, connections: map[*Connection]struct{}{}}
	p.working.Go(p.accept)
	t.Cleanup(func() {
		cancel()
		_ = listener.Close()
		p.Cut()
		p.working.Wait()
	})
	return p
}

// URL returns where clients reach the target through the proxy.
func (p *Proxy) URL() string { return "http://" + p.listener.Addr().String() }

// SetTarget sends later connections elsewhere.
func (p *Proxy) SetTarget(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

// SetRefusing resets new connections at once, or accepts them again.
func (p *Proxy) SetRefusing(refusing bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refusing = refusing
}

// SetStatus makes the proxy answer every request of new connections itself,
// with a status such as 503 and an HTML page. Zero passes them on again.
func (p *Proxy) SetStatus(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = status
}

// SetDelay delays everything that is read, in parts of up to 16 KB.
func (p *Proxy) SetDelay(delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = delay
}

// SetRate limits the bytes per second of each connection and direction. Zero: no
// limit.
func (p *Proxy) SetRate(bytesPerSecond int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rate = bytesPerSecond
}

// DropAnswers lets the next count HTTP/1.1 requests whose path ends in method
// reach the target, then drops the answer to each and resets its
// connection. The channel is closed when the last one is dropped.
func (p *Proxy) DropAnswers(method string, count int) (done <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop = drop{method: method, left: count, done: make(chan struct{})}
	return p.drop.done
}

// Stall stops all bytes both ways and leaves connections open, until Resume.
func (p *Proxy) Stall() { p.gate.shut() }

// Resume ends Stall and passes on what was held.
func (p *Proxy) Resume() { p.gate.open() }

// Cut resets every open connection and returns how many there were.
func (p *Proxy) Cut() int {
	connections := p.Connections()
	for _, connection := range connections {
		connection.Cut()
	}
	return len(connections)
}

// Connections returns the open connections.
func (p *Proxy) Connections() []*Connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	connections := make([]*Connection, 0, len(p.connections))
	for connection := range p.connections {
		connections = append(connections, connection)
	}
	return connections
}

// drops reports whether the answer to the request that begins with data must be
// dropped.
func (p *Proxy) drops(data []byte) bool {
	line, _, _ := strings.Cut(string(data), "\r\n")
	words := strings.Fields(line)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drop.left == 0 || len(words) != 3 || !strings.HasSuffix(words[1], p.drop.method) {
		return false
	}
	p.drop.left--
	return true
}

func (p *Proxy) dropped() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drop.left == 0 && p.drop.done != nil {
		close(p.drop.done)
		p.drop.done = nil
	}
}

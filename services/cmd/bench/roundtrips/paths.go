// Package roundtrips measures how many round trips a chat takes to open. Between
// the clients and their server, and between the two peers, are proxies that
// delay everything. How much later the chat opens with a longer delay is the
// number of round trips (the slope); what is left without delay is the rest.
//
// The proxies delay what connections carry, not the opening of a TCP connection:
// on an open page the connection is there.
package roundtrips

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Paths are the ways between two clients and a server, and between the two.
type Paths struct {
	listener net.Listener
	target   string
	server   delay
	peer     peerPath

	mu          sync.Mutex
	connections map[net.Conn]struct{} // guarded by mu
}

// NewPaths returns paths to the server at target, a host and port.
func NewPaths(ctx context.Context, target string) (*Paths, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for clients: %w", err)
	}
	p := &Paths{listener: listener, target: target, connections: map[net.Conn]struct{}{}}
	go p.accept(ctx)
	return p, nil
}

// Address is the host and port where clients reach the server.
func (p *Paths) Address() string { return p.listener.Addr().String() }

// SetDelays sets the round trips to the server and between the peers.
func (p *Paths) SetDelays(server, peer time.Duration) {
	p.server.setRoundTrip(server)
	p.peer.delay.setRoundTrip(peer)
}

// EndOfChat frees the path between two peers. It returns an error if they did
// not use it.
func (p *Paths) EndOfChat() error {
	p.peer.reset()
	if p.peer.passed.Swap(0) == 0 {
		return errors.New("the peers did not meet through the proxies: their candidates were not found")
	}
	return nil
}

// Close closes all paths.
func (p *Paths) Close() {
	_ = p.listener.Close()
	p.peer.reset()
	p.mu.Lock()
	defer p.mu.Unlock()
	for connection := range p.connections {
		_ = connection.Close()
	}
}

func (p *Paths) accept(ctx context.Context) {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := new(net.Dialer).DialContext(ctx, "tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.connections[client], p.connections[server] = struct{}{}, struct{}{}
		p.mu.Unlock()
		go p.carry(client, server)
		go p.carry(server, client)
	}
}

// carry passes on what comes from one end, and its end.
func (p *Paths) carry(from, to net.Conn) {
	line := newLine(&p.server, func(data []byte) {
		if data == nil {
			_ = to.Close()
			return
		}
		_, _ = to.Write(data) // if the other end is gone, reading there says so
	})
	defer line.close()
	buffer := make([]byte, mostDatagram)
	for {
		count, err := from.Read(buffer)
		if count > 0 {
			data, failed := rewrite(append([]byte(nil), buffer[:count]...), p.peer.proxyOf)
			if failed == nil {
				line.send(data)
			}
		}
		if err != nil {
			line.send(nil)
			p.mu.Lock()
			delete(p.connections, from)
			p.mu.Unlock()
			return
		}
	}
}

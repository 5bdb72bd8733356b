package redistest

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// A Proxy passes connections on to a server. A test can break them.
type Proxy struct {
	listener net.Listener
	target   string
	deaf     atomic.Bool
	work     sync.WaitGroup

	mu          sync.Mutex // guards the following fields
	connections map[net.Conn]bool
	closed      bool
}

// NewProxy starts a proxy to a server. It ends with the test.
func NewProxy(tb testing.TB, server *Server) *Proxy {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed with the test
	if err != nil {
		tb.Fatal(err)
	}
	p := &Proxy{listener: listener, target: server.Address(), connections: make(map[net.Conn]bool)}
	p.work.Go(p.accept)
	tb.Cleanup(func() {
		_ = listener.Close()
		p.mu.Lock()
		p.closed = true
		p.mu.Unlock()
		p.Cut()
		p.work.Wait()
	})
	return p
}

// URL returns the URL for redisstore.Open.
func (p *Proxy) URL() string { return "redis://" + p.listener.Addr().String() }

// LoseReplies passes requests on to the server and drops its replies, until Cut.
func (p *Proxy) LoseReplies() { p.deaf.Store(true) }

// Cut breaks all connections. Later ones work.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for connection := range p.connections {
		connection.Close() //nolint:errcheck // gone either way
	}
	clear(p.connections)
	p.deaf.Store(false)
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target) //nolint:noctx // ends with the server
		if err != nil {
			client.Close() //nolint:errcheck // gone either way
			continue
		}
		p.mu.Lock()
		if p.closed {
			client.Close() //nolint:errcheck // gone either way
			server.Close() //nolint:errcheck // gone either way
		}
		p.connections[client], p.connections[server] = true, true
		p.mu.Unlock()
		p.work.Go(func() { p.copy(server, client, func() bool { return false }) })
		p.work.Go(func() { p.copy(client, server, p.deaf.Load) })
	}
}

// copy passes on everything, except while lost returns true.
func (p *Proxy) copy(to, from net.Conn, lost func() bool) {
	defer to.Close()   //nolint:errcheck // gone either way
	defer from.Close() //nolint:errcheck // gone either way
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		var writer io.Writer = to
		if lost() {
			writer = io.Discard
		}
		if _, err := writer.Write(buffer[:n]); err != nil {
			return
		}
	}
}

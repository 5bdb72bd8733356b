package turnserver

import (
	"crypto/tls"
	"net"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/admission"
)

// The bounds of connections over TCP and TLS.
const (
	// patience is how long a connection may take until it has sent something.
	patience = 10 * time.Second
	// idle is how long a connection may be silent. Clients refresh their permissions
	// every five minutes (RFC 8656, section 9).
	idle            = 6 * time.Minute
	mostConnections = 16 << 10
	ofAddress       = 256 // a school
)

// connections are those over TCP and TLS. The library bounds none and closes its
// listeners only.
type connections struct {
	gate *admission.Gate

	mu   sync.Mutex
	open map[*connection]bool // guarded by mu
	over bool                 // guarded by mu
}

func newConnections() *connections {
	return &connections{
		gate: admission.NewGate(admission.Limits{Open: ofAddress}, admission.Limits{Open: mostConnections}),
		open: make(map[*connection]bool),
	}
}

// bound returns a listener whose connections are bounded.
func (c *connections) bound(listener net.Listener) net.Listener { return &boundListener{listener, c} }

// close closes all connections, and those that come.
func (c *connections) close() {
	c.mu.Lock()
	open := c.open
	c.open, c.over = nil, true
	c.mu.Unlock()
	for conn := range open {
		_ = conn.Close()
	}
}

// add returns a connection that is bounded, or nil if it is one too many.
func (c *connections) add(conn net.Conn) *connection {
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return nil
	}
	leave, _ := c.gate.Enter(admission.CallersOf(tcp.AddrPort().Addr().Unmap().WithZone(""))...)
	if leave == nil {
		return nil
	}
	added := &connection{Conn: conn, all: c, leave: leave}
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		leave()
		return nil
	}
	c.open[added] = true
	return added
}

type boundListener struct {
	net.Listener
	all *connections
}

func (l *boundListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if added := l.all.add(conn); added != nil {
			return added, nil
		}
		_ = conn.Close()
	}
}

// connection is one of them. A tls.Conn is wrapped too, so that the library does not
// know it, and its handshake is a part of the first read, with its deadline.
type connection struct {
	net.Conn
	all   *connections
	leave func()
	once  sync.Once
}

// Read implements net.Conn.
func (c *connection) Read(buffer []byte) (int, error) {
	size, err := c.Conn.Read(buffer)
	if err == nil {
		err = c.SetReadDeadline(time.Now().Add(idle))
	}
	return size, err
}

// Close implements net.Conn. It does not wait for a peer that reads nothing.
func (c *connection) Close() error {
	err := net.ErrClosed
	c.once.Do(func() {
		c.leave()
		c.all.mu.Lock()
		delete(c.all.open, c)
		c.all.mu.Unlock()
		if secure, ok := c.Conn.(*tls.Conn); ok {
			err = secure.NetConn().Close()
			return
		}
		err = c.Conn.Close()
	})
	return err
}

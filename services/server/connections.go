package server

import (
	"container/list"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/admission"
)

const (
	// mostConnections bounds them where the system has room for more.
	mostConnections = 32 << 10
	// connectionsOfAddress is how many one address may have: a school whose
	// browsers speak HTTP/1.1.
	connectionsOfAddress = 512
)

// connectionLimits are the default limits of connections: below what the system
// lets this process open, with room for the store, files and the admin listener.
func connectionLimits() (each, all int) {
	descriptors := maxDescriptors()
	all = max(min(mostConnections, descriptors-max(64, descriptors/8)), 16)
	return min(connectionsOfAddress, all/4), all
}

// connections are the open ones. When there are too many, the one that has been
// idle for longest makes room: closing it costs its client nothing (RFC 9112,
// section 9.5). If none is idle, the new one is closed.
type connections struct {
	each, all int // zero: no limit
	proxies   []netip.Prefix
	logger    *slog.Logger

	mu     sync.Mutex // guards the following fields, and those of what is open
	open   int
	idle   *list.List // of *connection, the longest idle first
	owners map[string]*ownerConnections
	warned bool
}

// ownerConnections are those of one address.
type ownerConnections struct {
	open int
	idle *list.List // of *connection, the longest idle first
}

func (c Config) connections() *connections {
	return &connections{
		each: c.Limits.Connections, all: c.Limits.AllConnections, proxies: c.TrustedProxies, logger: c.Logger,
		idle: list.New(), owners: make(map[string]*ownerConnections),
	}
}

// connection is one of them.
type connection struct {
	net.Conn
	all      *connections
	owner    string            // empty: of a trusted proxy, or through a Unix socket
	own      *ownerConnections // nil: as well
	idle     *list.Element     // in the list of all; nil: not idle
	idleOwn  *list.Element
	released bool
	ahead    readAhead
}

// Read implements net.Conn.
func (c *connection) Read(p []byte) (int, error) { return c.ahead.read(p, c.Conn.Read) }

// Bound returns a listener that accepts what the limits of connections allow. An
// http.Server that serves it must be one that HTTPServer returned.
func (s *Server) Bound(listener net.Listener) net.Listener {
	return &boundedListener{listener, s.connections}
}

type boundedListener struct {
	net.Listener
	connections *connections
}

// Accept implements net.Listener.
func (l *boundedListener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if admitted := l.connections.admit(accepted); admitted != nil {
			return admitted, nil
		}
		_ = accepted.Close()
	}
}

// admit makes room for a connection, or returns nil.
func (c *connections) admit(accepted net.Conn) net.Conn {
	address := parseAddress(accepted.RemoteAddr().String())
	c.mu.Lock()
	defer c.mu.Unlock()
	created := &connection{Conn: accepted, all: c}
	if address.IsValid() && !listed(c.proxies, address) {
		created.owner = admission.OwnerOf(address)
		if created.own = c.owners[created.owner]; created.own == nil {
			created.own = &ownerConnections{idle: list.New()}
		}
		if c.each > 0 && created.own.open >= c.each && !c.dropLocked(created.own.idle, "one address has the most connections that one may have") {
			return nil
		}
	}
	if c.all > 0 && c.open >= c.all && !c.dropLocked(c.idle, "there are as many connections as there may be") {
		return nil
	}
	if c.open++; created.own != nil {
		created.own.open++
		c.owners[created.owner] = created.own
	}
	return created
}

// dropLocked closes the connection that was idle for longest, and reports
// whether there was one. It warns once, until most have gone.
func (c *connections) dropLocked(idle *list.List, full string) bool {
	if !c.warned {
		c.warned = true
		c.logger.Warn(full+": idle ones are closed for new ones", "open", c.open)
	}
	longest := idle.Front()
	if longest == nil {
		return false
	}
	dropped := longest.Value.(*connection) //nolint:forcetypeassert // the lists hold nothing else
	dropped.releaseLocked()
	_ = dropped.Conn.Close()
	return true
}

func (c *connection) releaseLocked() {
	if c.released {
		return
	}
	c.released = true
	c.busyLocked()
	c.all.open--
	if c.own != nil {
		if c.own.open--; c.own.open == 0 {
			delete(c.all.owners, c.owner)
		}
	}
	if c.all.open < c.all.all/2 {
		c.all.warned = false
	}
}

func (c *connection) busyLocked() {
	if c.idle == nil {
		return
	}
	c.all.idle.Remove(c.idle)
	if c.own != nil {
		c.own.idle.Remove(c.idleOwn)
	}
	c.idle, c.idleOwn = nil, nil
}

func (c *connection) idleLocked() {
	if c.idle != nil || c.released {
		return
	}
	c.idle = c.all.idle.PushBack(c)
	if c.own != nil {
		c.idleOwn = c.own.idle.PushBack(c)
	}
}

// Close implements net.Conn.
func (c *connection) Close() error {
	c.all.mu.Lock()
	c.releaseLocked()
	c.all.mu.Unlock()
	return c.Conn.Close()
}

// changed is the ConnState of http.Server.
func (c *connections) changed(conn net.Conn, state http.ConnState) {
	if read, ok := conn.(*readConnection); ok {
		conn = read.Conn
	}
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	counted, ok := conn.(*connection)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew, http.StateIdle:
		counted.idleLocked()
	case http.StateActive: // and so it remains when a response takes it over
		counted.busyLocked()
	case http.StateClosed:
		counted.releaseLocked()
	}
}

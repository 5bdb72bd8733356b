//go:build !js

package p2p

import (
	"fmt"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// The times of a fakeNetwork.
const (
	fakeLatency      = 10 * time.Millisecond
	fakeDisconnected = 5 * time.Second  // without a path, until a connection is disconnected
	fakeFailed       = 25 * time.Second // and then until only an ICE restart helps
)

// fakeNetwork simulates everything between peers: ICE, DTLS, SCTP and the
// network. It uses only timers, and so runs in a synctest bubble. Its connections
// find each other by the ICE username fragments in their descriptions. Data sent
// while the path is cut is delivered later. All methods are safe for concurrent use.
type fakeNetwork struct {
	mu        sync.Mutex // guards everything of the network's hosts and connections
	serial    int
	fragments map[string]*fakeFragment
	cuts      map[[2]*fakeHost]bool
}

// fakeFragment is one gathering of candidates.
type fakeFragment struct {
	of      *fakeConnection
	address int // of the host at that time
}

// fakeHost is one client's place in the network.
type fakeHost struct {
	network     *fakeNetwork
	down        bool
	address     int
	noRestart   bool                     // its connections reject ICE restarts
	sameICE     bool                     // its connections answer ICE restarts with their old credentials
	mute        bool                     // its pings and pongs are lost
	connections map[*fakeConnection]bool // that are not closed
	ice         []rtc.ICEServer          // set last
	extra       string                   // a candidate that each description has besides; empty: none
}

// servers returns those that a connection was given to negotiate with again.
func (h *fakeHost) servers() []rtc.ICEServer {
	h.network.mu.Lock()
	defer h.network.mu.Unlock()
	return h.ice
}

func newFakeNetwork() *fakeNetwork {
	return &fakeNetwork{
		fragments: map[string]*fakeFragment{},
		cuts:      map[[2]*fakeHost]bool{},
	}
}

// host returns a new host; option makes a Client use it.
func (n *fakeNetwork) host() *fakeHost {
	return &fakeHost{network: n, connections: map[*fakeConnection]bool{}}
}

func (h *fakeHost) option() Option {
	return func(s *settings) { s.engine = h.connect }
}

// cut takes the host off the network, and heal puts it back.
func (h *fakeHost) cut()  { h.network.change(func() { h.down = true }, h) }
func (h *fakeHost) heal() { h.network.change(func() { h.down = false }, h) }

// muted makes the host lose its pings and pongs.
func (h *fakeHost) muted() { h.network.change(func() { h.mute = true }, h) }

// move gives the host another address. Only paths that are negotiated afterwards
// reach it.
func (h *fakeHost) move() { h.network.change(func() { h.address++ }, h) }

// cut and heal change the path between two hosts.
func (n *fakeNetwork) cut(a, b *fakeHost) {
	n.change(func() { n.cuts[[2]*fakeHost{a, b}], n.cuts[[2]*fakeHost{b, a}] = true, true }, a)
}

func (n *fakeNetwork) heal(a, b *fakeHost) {
	n.change(func() {
		delete(n.cuts, [2]*fakeHost{a, b})
		delete(n.cuts, [2]*fakeHost{b, a})
	}, a)
}

// open counts the host's connections that are not closed.
func (h *fakeHost) open() int {
	h.network.mu.Lock()
	defer h.network.mu.Unlock()
	return len(h.connections)
}

// change changes the network and revises both ends of each connection of the
// host.
func (n *fakeNetwork) change(change func(), of *fakeHost) {
	n.mu.Lock()
	defer n.mu.Unlock()
	change()
	for connection := range of.connections {
		connection.reviseLocked()
		if connection.peer != nil && !connection.peer.closed {
			connection.peer.reviseLocked()
		}
	}
}

// pathLocked reports whether packets pass between two gatherings.
func (n *fakeNetwork) pathLocked(a, b string) bool {
	one, other := n.fragments[a], n.fragments[b]
	if one == nil || other == nil || one.of.closed || other.of.closed {
		return false
	}
	from, to := one.of.host, other.of.host
	return !from.down && !to.down && !n.cuts[[2]*fakeHost{from, to}] && one.address == from.address && other.address == to.address
}

func (h *fakeHost) connect(_ rtc.Configuration, events rtc.Events) (rtc.Connection, error) {
	h.network.mu.Lock()
	defer h.network.mu.Unlock()
	h.network.serial++
	c := &fakeConnection{
		host: h, events: events, fingerprint: fmt.Sprintf("a=fingerprint:sha-256 %d\r\n", h.network.serial),
		state: rtc.StateNew, signaling: rtc.SignalingStable,
	}
	h.connections[c] = true
	return c, nil
}

func (n *fakeNetwork) newFragmentLocked() string {
	n.serial++
	return fmt.Sprintf("fragment%d", n.serial)
}

package turnserver

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pion/turn/v5"
	"golang.org/x/time/rate"
)

var (
	errFull     = errors.New("as many allocations as there may be in all")
	errMember   = errors.New("as many allocations as one member may have")
	errNoFamily = errors.New("no public address of that family")
	errNoPort   = errors.New("no port of the relay is free")
	errTCP      = errors.New("only UDP is relayed")
	errForeign  = errors.New("nothing is relayed to that peer")
	errFast     = errors.New("the allocation relays as many bytes a second as it may")
	errSpent    = errors.New("the allocation has relayed as many bytes as it may")
)

// largestPacket is the largest that the library takes.
const largestPacket = 1600

// tries is how many ports are tried for one allocation.
const tries = 64

// relay makes the sockets of allocations. It implements turn.RelayAddressGenerator.
type relay struct {
	config Config
	peers  *peers

	mu      sync.Mutex
	all     int            // allocations; guarded by mu
	members map[string]int // of each; guarded by mu
}

// Validate implements turn.RelayAddressGenerator.
func (r *relay) Validate() error { return nil }

// AllocatePacketConn implements turn.RelayAddressGenerator.
func (r *relay) AllocatePacketConn(wanted turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	public, ok := r.config.public(wanted.Network == "udp6")
	if !ok {
		return nil, nil, errNoFamily
	}
	if err := r.take(wanted.UserID); err != nil {
		return nil, nil, err
	}
	conn, port, err := r.listen(wanted, public)
	if err != nil {
		r.give(wanted.UserID)
		return nil, nil, err
	}
	made := &allocation{PacketConn: conn, relay: r, member: wanted.UserID}
	if bandwidth := r.config.Bandwidth; bandwidth > 0 {
		made.bandwidth = rate.NewLimiter(rate.Limit(bandwidth), int(max(bandwidth, largestPacket)))
	}
	return made, net.UDPAddrFromAddrPort(netip.AddrPortFrom(public, port)), nil
}

func (r *relay) listen(wanted turn.AllocateListenerConfig, public netip.Addr) (net.PacketConn, uint16, error) {
	local := r.config.Local
	if local.Is6() != public.Is6() || !local.IsValid() {
		local = netip.IPv4Unspecified()
		if public.Is6() {
			local = netip.IPv6Unspecified()
		}
	}
	ports := r.config.RelayPorts
	for range tries {
		port := ports.From + uint16(rand.IntN(int(ports.To-ports.From)+1)) //nolint:gosec // within the range
		if wanted.RequestedPort != 0 {
			if port = uint16(wanted.RequestedPort); wanted.RequestedPort < int(ports.From) || wanted.RequestedPort > int(ports.To) { //nolint:gosec // checked
				return nil, 0, errNoPort
			}
		}
		conn, err := new(net.ListenConfig).ListenPacket(context.Background(), wanted.Network, netip.AddrPortFrom(local, port).String())
		if err == nil {
			return conn, port, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return nil, 0, fmt.Errorf("open a port of the relay: %w", err)
		}
	}
	return nil, 0, errNoPort
}

// AllocateListener implements turn.RelayAddressGenerator.
func (r *relay) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errTCP
}

// AllocateConn implements turn.RelayAddressGenerator.
func (r *relay) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) { return nil, errTCP }

// mayAllocate reports whether a member may have one allocation more.
func (r *relay) mayAllocate(member, _ string, _ net.Addr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.members[member] < r.config.memberAllocations()
}

func (r *relay) take(member string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all >= r.config.maxAllocations() {
		return errFull
	}
	if r.members[member] >= r.config.memberAllocations() {
		return errMember
	}
	r.all++
	r.members[member]++
	return nil
}

func (r *relay) give(member string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all--
	if r.members[member]--; r.members[member] == 0 {
		delete(r.members, member)
	}
}

// allocation is the socket of one allocation. It relays to peers that may be only, and
// no more than an allocation may.
type allocation struct {
	net.PacketConn
	relay     *relay
	member    string
	bandwidth *rate.Limiter // nil: no bound
	bytes     atomic.Int64  // relayed, both ways
	closed    sync.Once
}

// WriteTo sends to a peer. It drops what is more than the bandwidth.
func (a *allocation) WriteTo(data []byte, to net.Addr) (int, error) {
	peer, ok := addressOf(to)
	if !ok || !a.relay.peers.mayAt(peer) {
		return 0, errForeign
	}
	if err := a.spend(len(data)); err != nil {
		return 0, err
	}
	return a.PacketConn.WriteTo(data, to)
}

// ReadFrom returns what a peer sent. It skips what comes from elsewhere, and what is
// more than the bandwidth.
func (a *allocation) ReadFrom(buffer []byte) (int, net.Addr, error) {
	for {
		size, from, err := a.PacketConn.ReadFrom(buffer)
		if err != nil {
			return size, from, err
		}
		peer, ok := addressOf(from)
		if !ok || !a.relay.peers.mayAt(peer) {
			continue
		}
		switch err := a.spend(size); {
		case err == nil:
			return size, net.UDPAddrFromAddrPort(peer), nil
		case errors.Is(err, errSpent):
			return 0, nil, err
		}
	}
}

// spend counts a packet that is to be relayed. The error is errFast for a packet that is
// dropped, and errSpent for one with which the allocation ends.
func (a *allocation) spend(size int) error {
	if a.bandwidth != nil && !a.bandwidth.AllowN(time.Now(), size) {
		return errFast
	}
	if most := a.relay.config.MaxBytes; a.bytes.Add(int64(size)) > most && most > 0 {
		_ = a.Close()
		return errSpent
	}
	return nil
}

// Close closes the socket and gives the allocation back.
func (a *allocation) Close() error {
	err := net.ErrClosed
	a.closed.Do(func() {
		err = a.PacketConn.Close()
		a.relay.give(a.member)
	})
	return err
}

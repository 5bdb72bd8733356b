// Package turnserver is a STUN and TURN server (RFC 8489, RFC 8656) for the members of
// rooms: their browsers find their own addresses by it, and meet by it where no direct
// way exists. It relays UDP only, to peers in the Internet only, and for those only who
// have a credential of package iceserver.
package turnserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
)

// Config says what a Server does.
type Config struct {
	// Secrets returns the current secrets of credentials. It may be called by several
	// goroutines at once.
	Secrets func() iceserver.Secrets
	// PublicIPs are the addresses under which peers reach the relay: one of IPv4, one of
	// IPv6, or both.
	PublicIPs []netip.Addr
	// Local is the address of this machine on which the ports of the relay are opened,
	// where that is not the public one, as behind a NAT that keeps ports. A public
	// address of the other family, and one of an unspecified Local, is on all addresses
	// of its family.
	Local netip.Addr
	// RelayPorts are the UDP ports of allocations.
	RelayPorts Ports
	// OpenPeers are networks to which is relayed although they are not of the Internet.
	OpenPeers []netip.Prefix
	// MaxAllocations bounds the allocations of all members. Zero: as many as there are
	// ports.
	MaxAllocations int
	// MaxOfMember bounds the allocations of one member of one room. Zero: 64. A browser
	// makes one for each peer, server URL and family of addresses.
	MaxOfMember int
	// Bandwidth bounds the bytes a second of one allocation, both ways together. What is
	// more is dropped. Zero: no bound.
	Bandwidth int64
	// MaxBytes bounds the bytes of one allocation, both ways together. It ends then.
	// Zero: no bound.
	MaxBytes int64
	// Lifetime is how long an allocation lasts that is not refreshed. Zero: 10 minutes
	// (RFC 8656, section 3.2).
	Lifetime time.Duration
	// Logger hears what goes wrong. Nil: slog.Default().
	Logger *slog.Logger
}

// Ports is a range of ports, the last included.
type Ports struct{ From, To uint16 }

const (
	realm       = "wasmp2pchat"
	maxOfMember = 64
)

func (c *Config) maxAllocations() int {
	if c.MaxAllocations > 0 {
		return c.MaxAllocations
	}
	return int(c.RelayPorts.To-c.RelayPorts.From) + 1
}

func (c *Config) memberAllocations() int {
	if c.MaxOfMember > 0 {
		return c.MaxOfMember
	}
	return maxOfMember
}

// public returns the public address of a family.
func (c *Config) public(ipv6 bool) (netip.Addr, bool) {
	for _, address := range c.PublicIPs {
		if address.Is6() == ipv6 {
			return address, true
		}
	}
	return netip.Addr{}, false
}

func (c *Config) check() error {
	switch {
	case c.Secrets == nil:
		return errors.New("needs secrets")
	case len(c.PublicIPs) == 0:
		return errors.New("needs a public address")
	case c.RelayPorts.From == 0 || c.RelayPorts.From > c.RelayPorts.To:
		return errors.New("needs a range of ports")
	}
	for i, address := range c.PublicIPs {
		if !address.IsValid() || address.IsUnspecified() || address.IsMulticast() || address.Is4In6() || address.Zone() != "" {
			return fmt.Errorf("%s cannot be a public address", address)
		}
		for _, other := range c.PublicIPs[:i] {
			if other.Is6() == address.Is6() {
				return errors.New("has two public addresses of one family")
			}
		}
	}
	return nil
}

// Server is a STUN and TURN server. All methods are safe for concurrent use.
type Server struct {
	config Config
	relay  *relay

	draining atomic.Bool
	end      sync.Once
	over     chan struct{} // closed at the end
}

// New returns a server. It opens nothing and starts no goroutine. The addresses that
// this machine has now are its own, of which peers reach the relay only: programs that
// listen there may rely on not being reached from outside.
func New(config Config) (*Server, error) {
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("turn server: %w", err)
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	interfaces, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("turn server: list own addresses: %w", err)
	}
	own, everybody := addressesOf(interfaces)
	return &Server{
		config: config,
		relay: &relay{
			config: config, members: make(map[string]int),
			peers: &peers{
				open: config.OpenPeers, own: append(own, config.PublicIPs...), everybody: everybody, from: config.RelayPorts.From, to: config.RelayPorts.To,
			},
		},
		over: make(chan struct{}),
	}, nil
}

// Serve serves on sockets of UDP and listeners of TCP and TLS until ctx ends, or
// Shutdown is called. It closes them then. The error says why it could not begin.
func (s *Server) Serve(ctx context.Context, packets []net.PacketConn, listeners []net.Listener) error {
	open := newConnections()
	config := turn.ServerConfig{
		Realm:         realm,
		AuthHandler:   s.authenticate,
		QuotaHandler:  s.mayAllocate,
		LoggerFactory: logs{s.config.Logger},

		AllocationLifetime: s.config.Lifetime,
	}
	for _, packet := range packets {
		config.PacketConnConfigs = append(config.PacketConnConfigs, turn.PacketConnConfig{
			PacketConn: newRefusing(packet), RelayAddressGenerator: s.relay, PermissionHandler: s.permit,
		})
	}
	for _, listener := range listeners {
		config.ListenerConfigs = append(config.ListenerConfigs, turn.ListenerConfig{
			Listener: open.bound(listener), RelayAddressGenerator: s.relay, PermissionHandler: s.permit,
		})
	}
	server, err := turn.NewServer(config)
	if err != nil {
		return fmt.Errorf("serve TURN: %w", err)
	}
	select {
	case <-ctx.Done():
	case <-s.over:
	}
	if err := server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		s.config.Logger.Debug("close TURN server", "error", err)
	}
	open.close()
	return nil
}

// Shutdown makes no new allocations, waits until those there are have ended or ctx
// ends, and lets Serve return. The error is that of ctx. A nil Server has none.
func (s *Server) Shutdown(ctx context.Context) error {
	if s == nil {
		return nil
	}
	s.draining.Store(true)
	defer s.end.Do(func() { close(s.over) })
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for s.Allocations() > 0 {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

// Allocations returns how many allocations there are.
func (s *Server) Allocations() int {
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	return s.relay.all
}

// authenticate returns the key of a credential. An expired one makes no allocation;
// those that were made go on, so that a chat outlives the credential it began with.
func (s *Server) authenticate(request *turn.RequestAttributes) (member string, key []byte, ok bool) {
	password, member, expiry, ok := s.config.Secrets().Verify(request.Username)
	if !ok || request.Realm != realm || request.Method == stun.MethodAllocate && !time.Now().Before(expiry) {
		return "", nil, false
	}
	return member, turn.GenerateAuthKey(request.Username, realm, password), true
}

func (s *Server) mayAllocate(member, realm string, from net.Addr) bool {
	return !s.draining.Load() && s.relay.mayAllocate(member, realm, from)
}

func (s *Server) permit(_ net.Addr, peer net.IP) bool {
	address, ok := netip.AddrFromSlice(peer)
	return ok && s.relay.peers.may(address.Unmap())
}

package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver"
)

// turnFlags are those of STUN and TURN.
type turnFlags struct {
	Listen         string   `placeholder:"HOST:PORT" help:"Serve STUN and TURN here, over UDP and TCP."`
	TLSListen      string   `name:"tls-listen" placeholder:"ADDR" help:"Serve TURN over TLS here, with --tls-cert."`
	PublicIP       []string `name:"public-ip" placeholder:"IP" help:"Address of this machine for peers."`
	RelayPorts     string   `default:"49152-65535" placeholder:"RANGE" help:"UDP ports of relayed chats."`
	SecretFile     string   `placeholder:"FILE" help:"Secret shared with TURN servers elsewhere."`
	URL            []string `name:"url" placeholder:"URL" help:"TURN server elsewhere that has the secret."`
	AllowPeer      []string `placeholder:"IP" help:"Private networks to relay to, for labs."`
	MaxAllocations int      `placeholder:"N" help:"Relayed sockets in all (as many as ports)."`
	Bandwidth      int64    `placeholder:"BYTES" help:"Bytes a second of one relayed socket."`
	MaxBytes       int64    `placeholder:"BYTES" help:"Bytes of one relayed socket in all."`

	publicIPs  []netip.Addr
	ports      turnserver.Ports
	allowPeers []netip.Prefix
}

func (f *turnFlags) check(tlsCert string) error {
	for _, text := range f.URL {
		if err := iceserver.CheckTURN(text); err != nil {
			return fmt.Errorf("--turn-url: %w", err)
		}
	}
	for _, text := range f.AllowPeer {
		network, err := parseNetwork(text)
		if err != nil {
			return fmt.Errorf("--turn-allow-peer: %w", err)
		}
		f.allowPeers = append(f.allowPeers, network)
	}
	for _, text := range f.PublicIP {
		address, err := netip.ParseAddr(text)
		if err != nil || address.IsUnspecified() || address.IsMulticast() || address.Zone() != "" {
			return fmt.Errorf("--turn-public-ip: %q is not the address of a machine, such as 203.0.113.7", text)
		}
		address = address.Unmap()
		for _, other := range f.publicIPs {
			if other.Is6() == address.Is6() {
				return errors.New("--turn-public-ip: names two addresses of one family; one of IPv4 and one of IPv6 may be named")
			}
		}
		f.publicIPs = append(f.publicIPs, address)
	}
	var err error
	if f.ports, err = parsePorts(f.RelayPorts); err != nil {
		return fmt.Errorf("--turn-relay-ports: %w", err)
	}
	switch {
	case f.MaxAllocations < 0 || f.Bandwidth < 0 || f.MaxBytes < 0:
		return errors.New("--turn-max-allocations, --turn-bandwidth and --turn-max-bytes must not be negative")
	case f.Listen == "" && (f.TLSListen != "" || len(f.PublicIP) > 0):
		return errors.New("--turn-tls-listen and --turn-public-ip need --turn-listen")
	case f.TLSListen != "" && tlsCert == "":
		return errors.New("--turn-tls-listen needs --tls-cert and --tls-key")
	}
	return errors.Join(f.checkListen("--turn-listen", f.Listen), f.checkListen("--turn-tls-listen", f.TLSListen))
}

// checkListen reports an address to listen to that cannot be, or that does not say how
// peers reach it.
func (f *turnFlags) checkListen(flag, text string) error {
	if text == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("%s must be HOST:PORT, as in 203.0.113.7:3478 or :3478", flag)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%s: %q is not a port", flag, port)
	}
	if len(f.publicIPs) == 0 && unspecified(host) {
		return fmt.Errorf("%s %s listens to all addresses: say which one peers reach with --turn-public-ip IP", flag, text)
	}
	return nil
}

func unspecified(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "" || err == nil && address.IsUnspecified()
}

// parsePorts parses a range such as 49152-65535.
func parsePorts(text string) (turnserver.Ports, error) {
	first, last, _ := strings.Cut(text, "-")
	from, err1 := strconv.ParseUint(first, 10, 16)
	to, err2 := strconv.ParseUint(last, 10, 16)
	if err1 != nil || err2 != nil || from == 0 || from > to {
		return turnserver.Ports{}, fmt.Errorf("%q is not a range of ports such as 49152-65535", text)
	}
	return turnserver.Ports{From: uint16(from), To: uint16(to)}, nil
}

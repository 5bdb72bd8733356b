package turnserver

import (
	"net"
	"net/netip"
	"slices"
)

// closed are the networks to which nothing is relayed: a stranger must not reach what
// is behind the server, nor be many at once. The registries are
// https://www.iana.org/assignments/iana-ipv4-special-registry and
// https://www.iana.org/assignments/iana-ipv6-special-registry.
var closed = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),        // this network
	netip.MustParsePrefix("10.0.0.0/8"),       // private
	netip.MustParsePrefix("100.64.0.0/10"),    // behind carriers' NATs
	netip.MustParsePrefix("127.0.0.0/8"),      // loopback
	netip.MustParsePrefix("169.254.0.0/16"),   // link-local, and the metadata of clouds
	netip.MustParsePrefix("172.16.0.0/12"),    // private
	netip.MustParsePrefix("192.0.0.0/24"),     // of protocols, and the metadata of one cloud
	netip.MustParsePrefix("192.88.99.0/24"),   // 6to4 relays
	netip.MustParsePrefix("192.168.0.0/16"),   // private
	netip.MustParsePrefix("198.18.0.0/15"),    // benchmarks
	netip.MustParsePrefix("224.0.0.0/4"),      // multicast
	netip.MustParsePrefix("240.0.0.0/4"),      // reserved, and broadcast
	netip.MustParsePrefix("::/96"),            // unspecified, loopback, IPv4-compatible
	netip.MustParsePrefix("::ffff:0:0/96"),    // IPv4-mapped
	netip.MustParsePrefix("64:ff9b::/96"),     // NAT64
	netip.MustParsePrefix("64:ff9b:1::/48"),   // NAT64, local
	netip.MustParsePrefix("100::/64"),         // discarded
	netip.MustParsePrefix("2001::/32"),        // Teredo
	netip.MustParsePrefix("2002::/16"),        // 6to4
	netip.MustParsePrefix("fc00::/7"),         // unique local, and the metadata of clouds
	netip.MustParsePrefix("fe80::/10"),        // link-local
	netip.MustParsePrefix("fec0::/10"),        // site-local
	netip.MustParsePrefix("ff00::/8"),         // multicast
	netip.MustParsePrefix("168.63.129.16/32"), // the platform of one cloud, as its machines see it
}

// addressesOf returns the addresses of interfaces, and those at which everybody on their
// networks is reached: a packet to one of them would come out as many (RFC 919).
func addressesOf(interfaces []net.Addr) (own, everybody []netip.Addr) {
	for _, address := range interfaces {
		network, ok := address.(*net.IPNet)
		if !ok {
			continue
		}
		one, ok := netip.AddrFromSlice(network.IP)
		if !ok {
			continue
		}
		own = append(own, one.Unmap())
		if ip := network.IP.To4(); ip != nil && len(network.Mask) == net.IPv4len {
			var first, last [net.IPv4len]byte
			for i, mask := range network.Mask {
				first[i], last[i] = ip[i]&mask, ip[i]|^mask
			}
			if ones, _ := network.Mask.Size(); ones < 31 { // RFC 3021: two addresses are two machines
				everybody = append(everybody, netip.AddrFrom4(first), netip.AddrFrom4(last))
			}
		}
	}
	return own, everybody
}

// peers says to whom is relayed.
type peers struct {
	open []netip.Prefix // in spite of closed
	own  []netip.Addr   // of this machine
	from uint16         // the ports of its relay, the only ones of its own addresses
	to   uint16

	everybody []netip.Addr // on its networks
}

// may reports whether an address may be a peer at some port.
func (p *peers) may(address netip.Addr) bool {
	contains := func(network netip.Prefix) bool { return network.Contains(address) }
	switch {
	case slices.Contains(p.own, address):
		return true
	case address.Zone() != "", slices.Contains(p.everybody, address):
		return false
	default:
		return slices.ContainsFunc(p.open, contains) || !slices.ContainsFunc(closed, contains)
	}
}

// mayAt reports whether a peer may be at an address and port.
func (p *peers) mayAt(peer netip.AddrPort) bool {
	if slices.Contains(p.own, peer.Addr()) {
		return p.from <= peer.Port() && peer.Port() <= p.to
	}
	return peer.Port() != 0 && p.may(peer.Addr())
}

// addressOf returns an address of package net as one with which the networks are
// compared. IPv4 inside IPv6 (mapped) is judged as the IPv4 address that it is.
func addressOf(address net.Addr) (netip.AddrPort, bool) {
	udp, ok := address.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}, false
	}
	at := udp.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port()), at.IsValid()
}

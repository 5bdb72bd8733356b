package turnserver

import (
	"net/netip"
	"testing"
)

// TestPeersOfIPv6 asks for peers that a client over IPv6 can name, IPv4 in them too.
func TestPeersOfIPv6(t *testing.T) {
	t.Parallel()
	own := netip.MustParseAddr("2001:db8::7")
	peers := &peers{own: []netip.Addr{own}, from: 100, to: 200}
	for address, want := range map[string]bool{
		"2001:db8::8": true, "2606:4700:4700::1111": true, "2001:4860:4860::8888": true,
		"::": false, "::1": false, "::7f00:1": false, "::ffff:192.168.1.2": false, "::ffff:203.0.113.7": false,
		"64:ff9b::a00:1": false, "64:ff9b:1::1": false, "2002:a00:1::1": false, "2001::1": false, "100::1": false,
		"fc00::1": false, "fd00:ec2::254": false, "fe80::1": false, "fe80::1%eth0": false, "fec0::1": false, "ff02::1": false, "ff0e::1": false,
		"2001:db8::8%eth0": false,
	} {
		if got := peers.mayAt(netip.AddrPortFrom(netip.MustParseAddr(address), 150)); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	for port, want := range map[uint16]bool{0: false, 99: false, 100: true, 200: true, 201: false} {
		if got := peers.mayAt(netip.AddrPortFrom(own, port)); got != want {
			t.Errorf("port %d of the server: %v, want %v", port, got, want)
		}
	}
}

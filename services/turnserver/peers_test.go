package turnserver

import (
	"net"
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

// TestOwnNetworks wants that nobody reaches all machines of a network at once.
func TestOwnNetworks(t *testing.T) {
	t.Parallel()
	var interfaces []net.Addr
	for _, text := range []string{"203.0.113.10/24", "198.51.100.64/26", "192.0.2.1/32", "192.0.2.8/31", "2001:db8::7/64"} {
		ip, network, err := net.ParseCIDR(text)
		if err != nil {
			t.Fatal(err)
		}
		interfaces = append(interfaces, &net.IPNet{IP: ip, Mask: network.Mask})
	}
	own, everybody := addressesOf(interfaces)
	peers := &peers{own: own, everybody: everybody, from: 100, to: 200}
	for address, want := range map[string]bool{
		"203.0.113.10": true, "203.0.113.9": true, "203.0.113.0": false, "203.0.113.255": false, "198.51.100.64": true, "198.51.100.127": false,
		"198.51.100.128": true, "192.0.2.1": true, "192.0.2.8": true, "192.0.2.9": true, "2001:db8::7": true, "2001:db8::": true,
	} {
		if got := peers.mayAt(netip.AddrPortFrom(netip.MustParseAddr(address), 150)); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	for _, address := range own {
		if peers.mayAt(netip.AddrPortFrom(address, 99)) {
			t.Errorf("a port beside the relay at %s is reached", address)
		}
	}
}

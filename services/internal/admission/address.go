package admission

import "net/netip"

// ipv6Network is the prefix length of the smallest IPv6 network that one person
// gets (RFC 6177, section 2). Such a network counts as one address.
const ipv6Network = 64

// The networks an address is in that have a limit of their own, and how many
// times that of one address. A site or a household has an IPv6 network of 48 to
// 56 bits (RFC 6177, section 2); one IPv4 network of 24 bits may hold a whole
// town behind a few addresses.
var (
	ipv6Networks = []network{{56, 2}, {48, 4}}
	ipv4Networks = []network{{24, 8}}
)

type network struct{ bits, times int }

// CallersOf returns what an address is counted for: itself, under the name that
// OwnerOf returns, and the networks it is in.
func CallersOf(address netip.Addr) []Caller {
	networks := ipv4Networks
	if address.Is6() {
		networks = ipv6Networks
	}
	callers := append(make([]Caller, 0, 3), Caller{Name: OwnerOf(address), Times: 1})
	for _, network := range networks {
		if prefix, err := address.Prefix(network.bits); err == nil && address.IsValid() {
			callers = append(callers, Caller{Name: prefix.String(), Times: network.times})
		}
	}
	return callers
}

// OwnerOf returns the name under which the calls of an address are counted.
func OwnerOf(address netip.Addr) string {
	if address.Is6() {
		if network, err := address.Prefix(ipv6Network); err == nil {
			return network.String()
		}
	}
	return address.String()
}

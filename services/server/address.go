package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/admission"
)

// ipv6Network is the prefix length of the smallest IPv6 network that one person
// gets (RFC 6177, section 2). Such a network counts as one address.
const ipv6Network = 64

// clientAddress returns the address of the client that sent a request. It reads
// X-Forwarded-For only if a trusted proxy sent it, because everybody can send
// that header; who calls through a Unix socket is a proxy of this machine. ignored says that there was such a header and it was not read.
func clientAddress(r *http.Request, proxies []netip.Prefix) (client netip.Addr, ignored bool) {
	client = parseAddress(r.RemoteAddr)
	forwarded := r.Header.Values("X-Forwarded-For")
	if !unixSocket(r.RemoteAddr) && !listed(proxies, client) {
		return client, len(forwarded) > 0
	}
	// Each proxy appends the address that called it, so the nearest hop comes
	// last.
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for _, hop := range slices.Backward(hops) {
		address := parseAddress(strings.TrimSpace(hop))
		if !address.IsValid() {
			break
		}
		client = address
		if !listed(proxies, address) {
			break
		}
	}
	return client, false
}

// unixSocket reports whether a caller without a name called through a Unix socket.
func unixSocket(caller string) bool { return caller == "" || caller == "@" }

func listed(proxies []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(proxies, func(proxy netip.Prefix) bool { return proxy.Contains(address) })
}

// parseAddress parses an address with or without a port. It returns the zero
// Addr for anything else.
func parseAddress(text string) netip.Addr {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap().WithZone("")
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap().WithZone("")
}

// The networks an address is in that have a limit of their own, and how many
// times that of one address. A site or a household has an IPv6 network of 48 to
// 56 bits (RFC 6177, section 2); one IPv4 network of 24 bits may hold a whole
// town behind a few addresses.
var (
	ipv6Networks = []network{{56, 2}, {48, 4}}
	ipv4Networks = []network{{24, 8}}
)

type network struct{ bits, times int }

// crowdOf returns the name of the widest network of an address. People of private
// networks come to a server of their own and belong to none.
func crowdOf(address netip.Addr, networks []admission.Caller) string {
	if len(networks) < 2 || address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast() {
		return ""
	}
	return networks[len(networks)-1].Name
}

// networksOf returns what an address is counted for: itself, under the name that
// ownerOf returns, and the networks it is in.
func networksOf(address netip.Addr) []admission.Caller {
	networks := ipv4Networks
	if address.Is6() {
		networks = ipv6Networks
	}
	callers := append(make([]admission.Caller, 0, 3), admission.Caller{Name: ownerOf(address), Times: 1})
	for _, network := range networks {
		if prefix, err := address.Prefix(network.bits); err == nil && address.IsValid() {
			callers = append(callers, admission.Caller{Name: prefix.String(), Times: network.times})
		}
	}
	return callers
}

// ownerOf returns the name under which the calls of an address are counted.
func ownerOf(address netip.Addr) string {
	if address.Is6() {
		if network, err := address.Prefix(ipv6Network); err == nil {
			return network.String()
		}
	}
	return address.String()
}

package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ipv6Network is the prefix length of the smallest IPv6 network that one person
// gets (RFC 6177, section 2). Such a network counts as one address.
const ipv6Network = 64

// clientAddress returns the address of the client that sent a request. It reads
// X-Forwarded-For only if a trusted proxy sent it, because everybody can send
// that header. ignored says that there was such a header and it was not read.
func clientAddress(r *http.Request, proxies []netip.Prefix) (client netip.Addr, ignored bool) {
	client = parseAddress(r.RemoteAddr)
	forwarded := r.Header.Values("X-Forwarded-For")
	if !listed(proxies, client) {
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

// ownerOf returns the name under which the calls of an address are counted.
func ownerOf(address netip.Addr) string {
	if address.Is6() {
		if network, err := address.Prefix(ipv6Network); err == nil {
			return network.String()
		}
	}
	return address.String()
}

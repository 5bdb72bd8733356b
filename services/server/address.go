package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ipv6Network is what one person gets of IPv6 at least (RFC 6177, section 2),
// and so counts as one address.
const ipv6Network = 64

// clientAddress returns who sent a request. What a proxy adds to
// X-Forwarded-For counts only from the proxies listed: everybody can send that
// header. ignored tells that a header was there and did not count.
func clientAddress(r *http.Request, proxies []netip.Prefix) (client netip.Addr, ignored bool) {
	client = parseAddress(r.RemoteAddr)
	forwarded := r.Header.Values("X-Forwarded-For")
	if !listed(proxies, client) {
		return client, len(forwarded) > 0
	}
	// Each proxy appends whom it heard, so the nearest hop comes last.
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

// parseAddress reads an address with or without a port. The zero Addr stands
// for everything else.
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

// ownerOf names whose bounds an address counts for.
func ownerOf(address netip.Addr) string {
	if address.Is6() {
		if network, err := address.Prefix(ipv6Network); err == nil {
			return network.String()
		}
	}
	return address.String()
}

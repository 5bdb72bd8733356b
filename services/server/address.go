package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/admission"
)

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

// crowdOf returns the name of the widest network of an address. People of private
// networks come to a server of their own and belong to none.
func crowdOf(address netip.Addr, networks []admission.Caller) string {
	if len(networks) < 2 || address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast() {
		return ""
	}
	return networks[len(networks)-1].Name
}

package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// misdirected refuses a request for another host on a listener that only this
// machine reaches, and reports whether it did: a page elsewhere whose name was made
// to resolve to this machine could use the services as its own (DNS rebinding).
func misdirected(w http.ResponseWriter, r *http.Request) bool {
	address, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok || !address.IP.IsLoopback() || Loopback(hostOf(r.Host)) {
		return false
	}
	http.Error(w, fmt.Sprintf("only this machine reaches this server, and %.100q is not its name: behind a proxy, set --trusted-proxies", r.Host),
		http.StatusMisdirectedRequest)
	return true
}

// hostOf returns the host of an authority, which may have a port.
func hostOf(authority string) string {
	host, _, err := net.SplitHostPort(authority)
	if err != nil {
		host = authority
	}
	return strings.Trim(host, "[]")
}

// Loopback reports whether browsers treat a host as this machine (W3C Secure
// Contexts, section 3.1).
func Loopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

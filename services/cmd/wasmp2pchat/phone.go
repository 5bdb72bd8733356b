package main

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"

	"github.com/mdp/qrterminal/v3"
	"golang.org/x/term"
)

// tellPhones prints where a phone in the same network finds the page, and on a terminal also
// the QR code. It prints nothing if only this machine is served, or no network is there.
func tellPhones(out io.Writer, page string, listening net.Addr, own []net.Addr) {
	address := phoneURL(page, listening, own)
	if address == "" {
		return
	}
	fmt.Fprintf(out, "A phone in the same network finds the page on %s\n", address)
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		qrterminal.GenerateHalfBlock(address, qrterminal.M, out)
	}
}

// phoneURL returns the address of the page for others in the network; empty: there is none.
func phoneURL(page string, listening net.Addr, own []net.Addr) string {
	bound, err := netip.ParseAddrPort(listening.String())
	address, parsed := url.Parse(page)
	if err != nil || parsed != nil || address.Scheme == "unix" || bound.Addr().IsLoopback() {
		return ""
	}
	host := bound.Addr().Unmap()
	if host.IsUnspecified() {
		host = reachable(own)
	}
	if !host.IsValid() {
		return ""
	}
	address.Host = netip.AddrPortFrom(host, bound.Port()).String()
	return address.String()
}

// reachable returns the IPv4 address of this machine by which others in its network reach it,
// preferably a private one. The zero Addr: there is none.
func reachable(own []net.Addr) (found netip.Addr) {
	for _, candidate := range own {
		network, err := netip.ParsePrefix(candidate.String())
		if err != nil || !network.Addr().Is4() || !network.Addr().IsGlobalUnicast() {
			continue
		}
		if network.Addr().IsPrivate() {
			return network.Addr()
		}
		if !found.IsValid() {
			found = network.Addr()
		}
	}
	return found
}

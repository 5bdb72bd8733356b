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
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) { //nolint:gosec // a descriptor
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
	for _, candidate := range own {
		if !host.IsUnspecified() {
			break
		}
		if network, err := netip.ParsePrefix(candidate.String()); err == nil && network.Addr().Is4() && network.Addr().IsPrivate() {
			host = network.Addr()
		}
	}
	if host.IsUnspecified() {
		return ""
	}
	address.Host = netip.AddrPortFrom(host, bound.Port()).String()
	return address.String()
}

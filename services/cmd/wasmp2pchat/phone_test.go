package main

import (
	"net"
	"strings"
	"testing"
)

func TestPhoneURL(t *testing.T) {
	t.Parallel()
	own := func(networks ...string) (addresses []net.Addr) {
		for _, network := range networks {
			ip, mask, err := net.ParseCIDR(network)
			if err != nil {
				t.Fatal(err)
			}
			addresses = append(addresses, &net.IPNet{IP: ip, Mask: mask.Mask})
		}
		return addresses
	}
	home := own("127.0.0.1/8", "::1/128", "fe80::1/64", "192.168.1.5/24")
	for _, test := range []struct {
		name, page, listening string
		own                   []net.Addr
		want                  string
	}{
		{"everywhere", "http://localhost:8080", "0.0.0.0:8080", home, "http://192.168.1.5:8080"},
		{"everywhere, IPv6 too", "https://localhost:8080", "[::]:8080", home, "https://192.168.1.5:8080"},
		{"one address", "http://192.168.1.7:80", "192.168.1.7:80", home, "http://192.168.1.7:80"},
		{"this machine", "http://localhost:8080", "127.0.0.1:8080", home, ""},
		{"this machine, IPv6", "http://localhost:8080", "[::1]:8080", home, ""},
		{"no network", "http://localhost:8080", "0.0.0.0:8080", own("127.0.0.1/8"), ""},
		{"a public address only", "http://localhost:8080", "0.0.0.0:8080", own("203.0.113.5/24"), "http://203.0.113.5:8080"},
		{"a socket", "unix:/run/chat", "/run/chat", home, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var listening net.Addr = &net.UnixAddr{Name: test.listening, Net: "unix"}
			if tcp, err := net.ResolveTCPAddr("tcp", test.listening); err == nil {
				listening = tcp
			}
			if got := phoneURL(test.page, listening, test.own); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			var out strings.Builder
			if tellPhones(&out, test.page, listening, test.own); (test.want != "") != strings.Contains(out.String(), test.want+"\n") || strings.Contains(out.String(), "█") {
				t.Errorf("prints %q", out.String())
			}
		})
	}
}

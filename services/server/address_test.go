package server

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/admission"
)

func TestClientAddress(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, test := range map[string]struct {
		remote    string
		forwarded []string
		want      string
		ignored   bool
	}{
		"direct":                       {"192.0.2.1:1234", nil, "192.0.2.1", false},
		"direct, over IPv6":            {"[2001:db8::1]:1234", nil, "2001:db8::1", false},
		"direct, mapped":               {"[::ffff:192.0.2.1]:1234", nil, "192.0.2.1", false},
		"direct, with a zone":          {"[fe80::1%eth0]:1234", nil, "fe80::1", false},
		"a stranger's header":          {"192.0.2.1:1234", []string{"198.51.100.7"}, "192.0.2.1", true},
		"behind a proxy":               {"10.0.0.1:1234", []string{"198.51.100.7"}, "198.51.100.7", false},
		"behind two proxies":           {"10.0.0.1:1234", []string{"198.51.100.7, 10.0.0.2"}, "198.51.100.7", false},
		"two headers":                  {"10.0.0.1:1234", []string{"198.51.100.7", "fd00::2"}, "198.51.100.7", false},
		"what the client made up":      {"10.0.0.1:1234", []string{"203.0.113.9, 198.51.100.7"}, "198.51.100.7", false},
		"a made up proxy":              {"10.0.0.1:1234", []string{"203.0.113.9, 10.9.9.9, 198.51.100.7"}, "198.51.100.7", false},
		"with a port":                  {"10.0.0.1:1234", []string{"198.51.100.7:99"}, "198.51.100.7", false},
		"IPv6 in brackets":             {"10.0.0.1:1234", []string{"[2001:db8::1]"}, "2001:db8::1", false},
		"a Unix socket":                {"@", []string{"203.0.113.1, 192.0.2.1"}, "192.0.2.1", false},
		"rubbish":                      {"10.0.0.1:1234", []string{"rubbish"}, "10.0.0.1", false},
		"rubbish before a proxy":       {"10.0.0.1:1234", []string{"rubbish, 10.0.0.2"}, "10.0.0.2", false},
		"a proxy that says nothing":    {"10.0.0.1:1234", nil, "10.0.0.1", false},
		"a request of the proxy's own": {"10.0.0.1:1234", []string{"10.0.0.3"}, "10.0.0.3", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ignored := clientAddress(&http.Request{RemoteAddr: test.remote, Header: http.Header{"X-Forwarded-For": test.forwarded}}, proxies)
			if got.String() != test.want || ignored != test.ignored {
				t.Errorf("got %v, ignored %v, want %s, %v", got, ignored, test.want, test.ignored)
			}
		})
	}
}

func TestOwnerOf(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.1":            "192.0.2.1",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::1":      "2001:db8:1:2::/64",
		"2001:db8:1:3::1":      "2001:db8:1:3::/64",
	} {
		if got := admission.OwnerOf(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s counts for %s, want %s", address, got, want)
		}
	}
}

package server_test

import (
	"crypto/rand"
	"net/http"
	"net/netip"
	"strconv"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// TestAddressesBehindAProxy sends the calls of several people through a proxy.
func TestAddressesBehindAProxy(t *testing.T) {
	t.Parallel()
	one := server.Limits{Starts: server.RequestLimits{Rate: 0.001, Burst: 1}}
	trusting := listen(t, newServer(t, server.Config{
		Limits: one, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}), false).URL
	wary := listen(t, newServer(t, server.Config{Limits: one}), false).URL
	for _, test := range []struct {
		name, url, forwarded string
		want                 int
	}{
		{"somebody", trusting, "192.0.2.1", http.StatusOK},
		{"somebody again", trusting, "192.0.2.1", http.StatusTooManyRequests},
		{"somebody who makes up an address", trusting, "203.0.113.1, 192.0.2.1", http.StatusTooManyRequests},
		{"somebody else", trusting, "192.0.2.2", http.StatusOK},
		{"a network", trusting, "2001:db8::1", http.StatusOK},
		{"a neighbour in that network", trusting, "2001:db8::2", http.StatusTooManyRequests},
		{"another network", trusting, "2001:db8:0:1::1", http.StatusOK},
		{"a stranger's header", wary, "192.0.2.1", http.StatusOK},
		{"a stranger's other header", wary, "192.0.2.2", http.StatusTooManyRequests},
	} {
		request := newRequest(t, http.MethodPost, test.url+matchmakingv1connect.MatchmakingServiceCancelMatchProcedure,
			`{"requestId":"`+rand.Text()+`"}`, "Content-Type", "application/json", "X-Forwarded-For", test.forwarded)
		response, body := do(t, request)
		if response.StatusCode != test.want {
			t.Errorf("%s: %s %s, want %d", test.name, response.Status, body, test.want)
		}
		if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); (err == nil && seconds > 0) != (test.want == http.StatusTooManyRequests) {
			t.Errorf("%s: Retry-After %q", test.name, response.Header.Get("Retry-After"))
		}
	}
}

// TestLimitsLetPeopleIn opens twenty tabs of one address, each of which loads
// the page, asks for the count and looks for a partner three times.
func TestLimitsLetPeopleIn(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{Limits: server.DefaultLimits()}), false).URL
	finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url)
	for range 20 * 3 / 2 {
		pair(t, finding)
	}
}

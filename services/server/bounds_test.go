package server_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
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

// TestNetworks opens streams from ever new addresses of one network: each is
// within its limit, and the network has one too.
func TestNetworks(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{
		Limits: server.Limits{Calls: server.RequestLimits{Open: 2}}, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}), false).URL
	finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url)
	for _, test := range []struct {
		name, form string // of addresses, with a number
		want       int
	}{
		{"an IPv6 /64", "2001:db8:1:1::%x", 2},
		{"an IPv6 /56", "2001:db8:2:%x::1", 4},
		{"an IPv6 /48", "2001:db8:3:%x00::1", 8},
		{"an IPv4 address", "192.0.%[1]d.1", 20},
		{"an IPv4 /24", "198.51.100.%d", 16},
	} {
		admitted := 0
		for i := range 20 {
			ctx, call := connect.NewClientContext(t.Context())
			call.RequestHeader().Set("X-Forwarded-For", fmt.Sprintf(test.form, i+1))
			stream, err := finding.FindMatch(ctx, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Pool: strings.ToLower(rand.Text())})
			if err == nil && stream.Receive() {
				admitted++
			}
			t.Cleanup(func() { stream.Close() }) //nolint:errcheck // the test is over
		}
		if admitted != test.want {
			t.Errorf("%s has %d open streams, want %d", test.name, admitted, test.want)
		}
	}
}

// TestKindsTakeNothingFromEachOther lets as many people wait as there may be, and
// then as many be in rooms: the rest is served.
func TestKindsTakeNothingFromEachOther(t *testing.T) {
	t.Parallel()
	const most = 6
	url := listen(t, newServer(t, server.Config{Limits: server.Limits{AllCalls: server.RequestLimits{Open: most}}, Page: pageFiles}), false).URL
	finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url)
	rooms := signalingv1connect.NewSignalingServiceClient(h2c(t), url)
	health := grpc_health_v1.NewHealthClient(grpcGo(t, url))
	var tokens []string
	for range most / 2 {
		a, b := pair(t, finding)
		tokens = append(tokens, a.GetRoomToken(), b.GetRoomToken())
	}
	reads := func(when string) {
		t.Helper()
		if response, _ := do(t, newRequest(t, http.MethodGet, url+"/", "")); response.StatusCode != http.StatusOK {
			t.Errorf("%s: the page is %s", when, response.Status)
		}
		if _, err := health.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{}); err != nil {
			t.Errorf("%s: health: %v", when, err)
		}
	}
	wait := func() error {
		stream, err := finding.FindMatch(t.Context(), &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Pool: strings.ToLower(rand.Text())})
		if err != nil {
			return err
		}
		t.Cleanup(func() { stream.Close() }) //nolint:errcheck // the test is over
		stream.Receive()
		return stream.Err()
	}
	deadline := time.Now().Add(soon)
	for waiting := 0; waiting < most; { // streams of pairs may not have ended yet
		if wait() == nil {
			waiting++
		} else if time.Now().After(deadline) {
			t.Fatalf("%d wait", waiting)
		}
	}
	if got := describe(t, wait()); got != "resource_exhausted ERROR_REASON_TOO_MANY_CALLS retry" {
		t.Errorf("one more who waits: %s", got)
	}
	reads("as many wait as there may be")
	for _, token := range tokens {
		receive(t, joinRoom(t, rooms, token))
	}
	if _, err := finding.CancelMatch(t.Context(), &matchmakingv1.CancelMatchRequest{RequestId: rand.Text()}); err != nil {
		t.Errorf("cancel: %v", err)
	}
	reads("as many are in rooms, too")
	if _, err := rooms.LeaveRoom(withToken(t.Context(), tokens[0]), &signalingv1.LeaveRoomRequest{}); err != nil {
		t.Errorf("leave: %v", err)
	}
}

// TestRefusedStartsTakeNothing lets a start be refused for its rate: it keeps no
// place among the open calls.
func TestRefusedStartsTakeNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, server.Config{Limits: server.Limits{
			Calls: server.RequestLimits{Open: 2}, Starts: server.RequestLimits{Rate: 1, Burst: 1},
		}})
		finding := matchmakingv1connect.NewMatchmakingServiceClient(servertest.Client(t, s.HTTPServer(), true), "http://memory")
		waiting := func() error {
			return find(t.Context(), finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Pool: strings.ToLower(rand.Text())})
		}
		receive(t, findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()}))
		for range 5 {
			if err := waiting(); connect.CodeOf(err) != connect.CodeResourceExhausted {
				t.Fatalf("a start too many: %v", err)
			}
		}
		time.Sleep(2 * time.Second)
		if err := waiting(); err != nil {
			t.Errorf("the second open call of two: %v", err)
		}
	})
}

// TestStartsEnd starts one search after the other where one may start at a time.
func TestStartsEnd(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{Limits: server.Limits{Starts: server.RequestLimits{Open: 1}}}), false).URL
	finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url)
	for range 3 {
		if _, err := finding.CancelMatch(t.Context(), &matchmakingv1.CancelMatchRequest{RequestId: rand.Text()}); err != nil {
			t.Errorf("cancel: %v", err)
		}
	}
}

// TestFullHealth asks a server for its health that answers nobody, in the
// protocol of the asker.
func TestFullHealth(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{Limits: full}), false).URL
	health := grpc_health_v1.NewHealthClient(grpcGo(t, url))
	for _, want := range []codes.Code{codes.OK, codes.ResourceExhausted} {
		if _, err := health.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{}); status.Code(err) != want {
			t.Errorf("health: %v, want %v", err, want)
		}
	}
}

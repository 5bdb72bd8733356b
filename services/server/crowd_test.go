package server_test

import (
	"crypto/rand"
	"fmt"
	"net/netip"
	"testing"

	"connectrpc.com/connect"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// TestOneNetworkDoesNotMeetEverybody lets tickets of one network wait that meet
// nobody of it. A stranger waits for one of another network, and somebody of that
// network meets them at once; so does a private network, however many it has.
func TestOneNetworkDoesNotMeetEverybody(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, form string // of addresses, with a number
		crowds     bool
	}{
		{"an IPv4 /24", "203.0.113.%d", true},
		{"an IPv6 /48", "2001:db8:3:%x00::1", true},
		{"a private network", "192.168.7.%d", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			url := listen(t, newServer(t, server.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}), false).URL
			finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url)
			find := func(address string, interests ...string) *matchmakingv1.FindMatchResponse {
				ctx, call := connect.NewClientContext(t.Context())
				call.RequestHeader().Set("X-Forwarded-For", address)
				stream, err := finding.FindMatch(ctx, &matchmakingv1.FindMatchRequest{
					RequestId: rand.Text(), Interests: interests, InterestsOnly: len(interests) > 0,
				})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { stream.Close() }) //nolint:errcheck // the test is over
				return receive(t, stream)
			}
			for i := range 12 {
				find(fmt.Sprintf(test.form, i+1), fmt.Sprint("my own ", i))
			}
			find(fmt.Sprintf(test.form, 99)) // accepts anybody
			stranger := find("198.51.100.1")
			if met := stranger.GetMatched() != nil; met == test.crowds {
				t.Fatalf("a stranger meets that network at once: %t", met)
			}
			if test.crowds && find(fmt.Sprintf(test.form, 98)).GetMatched() == nil {
				t.Error("people of that network do not meet each other")
			}
			if test.crowds && find("192.0.2.1").GetMatched() == nil {
				t.Error("strangers do not meet each other")
			}
		})
	}
}

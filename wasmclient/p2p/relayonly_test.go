//go:build !js

package p2p

import (
	"context"
	"net"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver"
)

// serveRelayed serves both services and a TURN server on this machine.
func serveRelayed(t *testing.T, relayOnly bool, changes ...func(*turnserver.Config)) (url string, relay *turnserver.Server) {
	t.Helper()
	secrets := func() iceserver.Secrets { return iceserver.Secrets{"secret"} }
	loopback := netip.MustParseAddr("127.0.0.1")
	config := turnserver.Config{
		Secrets: secrets, PublicIPs: []netip.Addr{loopback}, Local: loopback, RelayPorts: turnserver.Ports{From: 20_000, To: 32_000},
	}
	for _, change := range changes {
		change(&config)
	}
	relay, err := turnserver.New(config)
	if err != nil {
		t.Fatal(err)
	}
	packet, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := relay.Serve(ctx, []net.PacketConn{packet}, nil); err != nil {
			t.Error(err)
		}
	})
	listening := httptest.NewServer(newHandler(func(c *server.Config) {
		c.ICEServers = iceserver.List{
			Servers: []iceserver.Server{{URLs: []string{"stun:" + packet.LocalAddr().String()}}},
			TURN:    []string{"turn:" + packet.LocalAddr().String() + "?transport=udp"}, Secrets: secrets, RelayOnly: relayOnly,
		}
	}))
	t.Cleanup(func() {
		listening.CloseClientConnections()
		listening.Close()
		stop()
		serving.Wait()
	})
	return listening.URL, relay
}

// TestRelayOnly lets two people meet of whom one, or both, or the server, wants
// relays only, and reads what each sent of itself.
func TestRelayOnly(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server, one, other bool
	}{
		"one":    {one: true},
		"other":  {other: true},
		"both":   {one: true, other: true},
		"server": {server: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, relay := serveRelayed(t, test.server)
			var clients []*Client
			for _, hidden := range []bool{test.one, test.other} {
				options := []Option{}
				if hidden {
					options = append(options, WithRelayOnly())
				}
				clients = append(clients, NewClient(url, options...))
			}
			rooms := findAll(t, clients...)
			for i, hidden := range []bool{test.one || test.server, test.other || test.server} {
				link := rooms[i].links[0]
				seen := rooms[1-i].links[0].current().pc.Platform().(*webrtc.PeerConnection).CurrentRemoteDescription().SDP
				for line := range strings.Lines(seen) {
					if hidden && strings.HasPrefix(line, "a=candidate:") && (!strings.Contains(line, " typ relay") || !strings.Contains(line, "raddr 0.0.0.0 rport 0")) {
						t.Errorf("the peer sees %q", line)
					}
				}
				if stats := link.current().pc.Stats(); hidden && stats.Local != "relay" {
					t.Errorf("the path is of %s to %s", stats.Local, stats.Remote)
				}
			}
			if relay.Allocations() == 0 {
				t.Error("nothing is relayed")
			}
			if err := rooms[0].SendText(t.Context(), "hello"); err != nil {
				t.Fatal(err)
			}
			texts(t, rooms[1], 1)
		})
	}
}

// TestRelays asks servers whether they have relays.
func TestRelays(t *testing.T) {
	t.Parallel()
	offering, _ := serveRelayed(t, false)
	insisting, _ := serveRelayed(t, true)
	for url, want := range map[string]Relays{startServer(t): RelaysNone, offering: RelaysOffered, insisting: RelaysOnly} {
		client := NewClient(url)
		for range 2 {
			if got, err := client.Relays(testContext(t)); err != nil || got != want {
				t.Errorf("relays %q, %v, want %q", got, err, want)
			}
		}
	}
	if _, err := NewClient("rubbish").Relays(testContext(t)); CodeOf(err) != "invalid_argument" {
		t.Errorf("no URL: %v", err)
	}
	away := NewClient("http://"+nobody(t), withClock(func(c *timeouts) { c.call = 200 * time.Millisecond }))
	if _, err := away.Relays(testContext(t)); err == nil {
		t.Error("no server, and no error")
	}
}

func TestHideAddresses(t *testing.T) {
	t.Parallel()
	const sdp = "v=0\r\na=candidate:1 1 udp 2 192.168.1.2 5000 typ host\r\n" +
		"a=candidate:2 1 udp 1 203.0.113.7 5001 typ srflx raddr 192.168.1.2 rport 5000\r\n" +
		"a=candidate:3 1 udp 0 198.51.100.1 5002 typ relay raddr 203.0.113.7 rport 5001 ufrag x\r\na=end-of-candidates\r\n"
	const want = "v=0\r\na=candidate:3 1 udp 0 198.51.100.1 5002 typ relay raddr 0.0.0.0 rport 0 ufrag x\r\na=end-of-candidates\r\n"
	if got := hideAddresses(sdp); got != want {
		t.Errorf("%q", got)
	}
	if got := hideAddresses("candidate:1 1 udp 2 192.168.1.2 5000 typ host"); got != "" {
		t.Errorf("%q", got)
	}
}

//go:build linux

package turnserver_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver/nattest"
)

var (
	cone      = nattest.Router{Name: "cone"}
	symmetric = nattest.Router{Name: "symmetric", Symmetric: true}
	noUDP     = nattest.Router{Name: "UDP blocked", NoUDP: true}
	onlyHTTPS = nattest.Router{Name: "only TCP to port 443", OnlyHTTPS: true}
	dualStack = nattest.Router{Name: "dual-stack", Symmetric: true, IPv6: true}
	onlyIPv6  = nattest.Router{Name: "IPv6 only", IPv6: true, NoIPv4: true}
)

// TestNetworks lets people of two homes meet, whose routers differ, and prints how long
// it took and what was between them.
func TestNetworks(t *testing.T) {
	path := program(t)
	var results []string
	for _, relay := range []string{"embedded", "coturn"} {
		for _, row := range []struct {
			routers [2]nattest.Router
			hidden  bool
			ipv6    bool
			relayed bool // certainly
			either  bool
		}{
			{routers: [2]nattest.Router{cone, cone}},
			{routers: [2]nattest.Router{cone, symmetric}, either: true}, // relayed, but for one of fifty runs
			{routers: [2]nattest.Router{symmetric, symmetric}, relayed: true},
			{routers: [2]nattest.Router{cone, noUDP}, relayed: true},
			{routers: [2]nattest.Router{noUDP, noUDP}, relayed: true},
			{routers: [2]nattest.Router{symmetric, onlyHTTPS}, relayed: true},
			{routers: [2]nattest.Router{onlyHTTPS, onlyHTTPS}, relayed: true},
			{routers: [2]nattest.Router{cone, cone}, hidden: true, relayed: true},
			{routers: [2]nattest.Router{dualStack, dualStack}, ipv6: true},
			{routers: [2]nattest.Router{onlyIPv6, dualStack}, ipv6: true},
			{routers: [2]nattest.Router{onlyIPv6, dualStack}, ipv6: true, hidden: true, relayed: true},
		} {
			name := row.routers[0].Name + " and " + row.routers[1].Name
			if row.hidden {
				name += ", relays only"
			}
			t.Run(relay+"/"+name, func(t *testing.T) {
				met := crossing{program: path, relay: relays[relay], routers: row.routers, hidden: row.hidden, ipv6: row.ipv6}.open(t).met
				between := "direct"
				if met[0].Local == "relay" || met[0].Remote == "relay" {
					between = "relayed"
				}
				if !row.either && (between == "relayed") != row.relayed {
					t.Errorf("%s: %+v, want relayed: %v", between, met, row.relayed)
				}
				if row.hidden && (met[0].Local != "relay" || met[1].Local != "relay") {
					t.Errorf("somebody shows their address: %+v", met)
				}
				results = append(results, fmt.Sprintf("| %s | %s | %s | %d |", relay, name, between, met[1].Took.Milliseconds()))
			})
		}
	}
	t.Logf("\n| TURN server | routers | path | ms to connect |\n|---|---|---|---|\n%s\n", strings.Join(results, "\n"))
}

// TestNetworksWhoseRelayDies kills the program that relays a chat and starts it
// again: texts that were sent meanwhile arrive, both ways.
func TestNetworksWhoseRelayDies(t *testing.T) {
	t.Parallel() // it waits for most of its time
	chat := crossing{program: program(t), relay: embedded, routers: [2]nattest.Router{symmetric, symmetric}}.open(t)
	if chat.met[0].Local != "relay" && chat.met[0].Remote != "relay" {
		t.Errorf("not relayed: %+v", chat.met)
	}
	chat.say(t, "before")
	chat.hear(t, "before")
	chat.again()
	began := time.Now()
	chat.say(t, "after")
	chat.hear(t, "after")
	t.Logf("repaired after %v", time.Since(began).Round(time.Millisecond))
}

// TestNetworksOfBrowsers lets browsers of two homes meet whose routers are symmetric.
func TestNetworksOfBrowsers(t *testing.T) {
	t.Parallel()
	path := program(t)
	for _, test := range []struct {
		names  [2]string
		server string
		relay  relay
	}{{[2]string{"chromium", "firefox"}, "embedded", plainEmbedded}, {[2]string{"firefox", "chromium"}, "coturn", coturn}} {
		t.Run(test.server+"/"+test.names[0]+" waits for "+test.names[1], func(t *testing.T) {
			met := crossing{program: path, relay: test.relay, routers: [2]nattest.Router{symmetric, symmetric}, browsers: test.names}.open(t).met
			if met[0].Local != "relay" && met[0].Remote != "relay" {
				t.Errorf("not relayed: %+v", met)
			}
			t.Logf("%d ms", met[1].Took.Milliseconds())
		})
	}
}

// TestNetworksWhoseCredentialsExpire lets two people chat by relays only while their
// credentials expire three times, and their allocations are refreshed many times.
func TestNetworksWhoseCredentialsExpire(t *testing.T) {
	t.Parallel()
	chat := crossing{short: true, routers: [2]nattest.Router{symmetric, symmetric}, hidden: true}.open(t)
	began := time.Now()
	for i := 0; time.Since(began) < 3*shortValidity*6/5+time.Second; i++ {
		text := fmt.Sprint("text ", i)
		chat.say(t, text)
		if chat.hear(t, text) {
			t.Fatalf("interrupted after %v", time.Since(began))
		}
		time.Sleep(100 * time.Millisecond)
	}
	if met := chat.met[0]; met.Local != "relay" || met.Remote != "relay" {
		t.Errorf("not relayed: %+v", met)
	}
}

// TestNetworksThatHide reads all that people send who connect by relays only.
func TestNetworksThatHide(t *testing.T) {
	t.Parallel()
	path := program(t)
	for _, browsers := range [][2]string{{}, {"chromium", "firefox"}} {
		t.Run(strings.TrimSpace("native "+browsers[0]), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "bodies")
			met := crossing{
				program: path, relay: plainEmbedded, routers: [2]nattest.Router{cone, cone}, hidden: true, browsers: browsers, record: file,
			}.open(t).met
			if met[0].Local != "relay" || met[1].Local != "relay" {
				t.Errorf("not relayed: %+v", met)
			}
			sent, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			relayed := 0
			for _, candidate := range strings.Split(string(sent), "candidate:")[1:] {
				fields := strings.Fields(candidate)
				if text := strings.Join(fields[4:min(12, len(fields))], " "); !strings.HasPrefix(text, nattest.Relay+" "+fields[5]+" typ relay raddr 0.0.0.0 rport 0") {
					t.Errorf("somebody sends %q", text)
				}
				relayed++
			}
			if relayed < 2 {
				t.Errorf("%d candidates in %d bytes", relayed, len(sent))
			}
			for _, own := range []string{"192.168.1.2", "203.0.113.1 ", "203.0.113.2 "} {
				if strings.Contains(string(sent), own) {
					t.Errorf("somebody sends %s", own)
				}
			}
		})
	}
}

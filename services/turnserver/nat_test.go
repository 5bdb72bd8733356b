//go:build linux

package turnserver_test

import (
	"fmt"
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
		} {
			name := row.routers[0].Name + " and " + row.routers[1].Name
			if row.hidden {
				name += ", relays only"
			}
			t.Run(relay+"/"+name, func(t *testing.T) {
				met := crossing{program: path, relay: relays[relay], routers: row.routers, hidden: row.hidden}.open(t).met
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
	for _, names := range [][2]string{{"chromium", "firefox"}, {"firefox", "chromium"}} {
		t.Run(names[0]+" waits for "+names[1], func(t *testing.T) {
			met := crossing{program: path, relay: plainEmbedded, routers: [2]nattest.Router{symmetric, symmetric}, browsers: names}.open(t).met
			if met[0].Local != "relay" && met[0].Remote != "relay" {
				t.Errorf("not relayed: %+v", met)
			}
			t.Logf("%d ms", met[1].Took.Milliseconds())
		})
	}
}

//go:build !js

package e2e

import (
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// outlived returns how long a chat goes on without any server in these tests.
func outlived() time.Duration {
	if testing.Short() {
		return 20 * time.Second
	}
	return time.Minute
}

// TestAChatOutlivesTheServerAndIsRepairedAfterwards kills the server during a chat
// and starts it again, and then breaks the path between the two people.
func TestAChatOutlivesTheServerAndIsRepairedAfterwards(t *testing.T) {
	t.Parallel()
	chrome, server, relay := englishBrowser(t), serve(t), newRelay(t)
	alice, bob := chrome.newTab(t, "Alice", networkError), chrome.newTab(t, "Bob", networkError)
	for _, tab := range []*tab{alice, bob} {
		tab.relayOnly(relay)
		tab.load(server.url)
	}
	connect(alice, bob)
	server.kill()
	talk := newTalk(alice, bob)
	talk.goOnFor(outlived())

	server.restart(t)
	relay.changeNetwork()
	talk.write()
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextInterrupted)
	}
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextConnectedAgain)
	}
	talk.arrived()
	talk.goOnFor(0)
}

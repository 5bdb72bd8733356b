//go:build !js

package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/token"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

const (
	badGateway  = "status of 502" // while a node goes, nginx may answer for it
	unavailable = "status of 503" // calls without a store
)

// node is one of several programs that share a store.
type node struct {
	program
	address string
}

// serveNodes starts three nodes that share a store.
func serveNodes(t *testing.T, store *faultkit.Redis) []*node {
	t.Helper()
	keys := filepath.Join(t.TempDir(), "token.keys")
	if err := os.WriteFile(keys, token.NewKeyFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	var nodes []*node
	for range 3 {
		p := serve(t, "--engine", store.URL(), "--token-key-file", keys, "--trusted-proxies", "127.0.0.1")
		nodes = append(nodes, &node{program: p, address: strings.TrimPrefix(p.url, "http://")})
	}
	return nodes
}

// proxied returns the URL of the documented nginx in front of the nodes.
func proxied(t *testing.T, nodes []*node) string {
	t.Helper()
	var addresses []string
	for _, node := range nodes {
		addresses = append(addresses, node.address)
	}
	return faultkit.StartNginx(t, addresses...)
}

func TestTabsOfDifferentNodesChat(t *testing.T) {
	t.Parallel()
	chrome, nodes := englishBrowser(t), serveNodes(t, faultkit.StartRedis(t))
	alice, bob := chrome.open(t, "Alice", nodes[0].url), chrome.open(t, "Bob", nodes[1].url)
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	waitForPool(t, nodes[2].url, 1)
	connect(bob)
	alice.sees(ui.TextConnected)
	newTalk(alice, bob).goOnFor(0)
}

// TestAKilledNodeIsPassedOver kills a node during a chat. The chat must go on, and
// NEXT must work through the proxy.
func TestAKilledNodeIsPassedOver(t *testing.T) {
	t.Parallel()
	chrome, nodes := englishBrowser(t), serveNodes(t, faultkit.StartRedis(t))
	url := proxied(t, nodes)
	allowed := []string{networkError, badGateway}
	alice, bob := chrome.open(t, "Alice", url, allowed...), chrome.open(t, "Bob", url, allowed...)
	connect(alice, bob)
	talk := newTalk(alice, bob)
	talk.goOnFor(0)

	nodes[0].kill()
	talk.goOnFor(0)
	if alice.saw(ui.TextInterrupted) || bob.saw(ui.TextInterrupted) {
		t.Error("the chat was interrupted: it does not need the node")
	}
	alice.leaves()
	bob.sees(ui.TextPeerNext)
	bob.press("next")
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextConnected)
	}
	newTalk(alice, bob).goOnFor(0)
}

// TestPeopleOfALostNodeWaitOn ends and starts one node after the other while
// somebody waits on one of them, as a rolling deploy does, and as crashes do. The
// other nodes must take over by themselves.
func TestPeopleOfALostNodeWaitOn(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*testing.T, *node){
		"SIGTERM": func(t *testing.T, n *node) { n.terminate(t) },
		"SIGKILL": func(_ *testing.T, n *node) { n.kill() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chrome, nodes := englishBrowser(t), serveNodes(t, faultkit.StartRedis(t))
			url := proxied(t, nodes)
			alice := chrome.open(t, "Alice", url, networkError, badGateway)
			alice.press("start")
			alice.sees(ui.TextWaitingAlone)
			for i, node := range nodes {
				other := nodes[(i+1)%len(nodes)]
				waitForPool(t, other.url, 1)
				end(t, node)
				waitForPool(t, other.url, 1)
				node.restart(t)
			}
			waitForPage(t, url) // all nodes were lost within nginx's fail_timeout: it answers 502 until that is over
			bob := chrome.open(t, "Bob", url, networkError, badGateway)
			connect(bob)
			alice.sees(ui.TextConnected)
			newTalk(alice, bob).goOnFor(0)
		})
	}
}

// waitForPage waits until the page is served.
func waitForPage(t *testing.T, url string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(pollInterval) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatalf("get the page: %v", err)
		}
		_ = response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the page is answered with %s", response.Status)
		}
	}
}

// candidatesCome is how long a page needs at most to gather its own candidates.
const candidatesCome = 2 * time.Second

// TestAWaitingTabOutlivesTheStore kills the store while somebody waits, and starts
// it again without its data.
func TestAWaitingTabOutlivesTheStore(t *testing.T) {
	t.Parallel()
	store := faultkit.StartRedis(t)
	chrome, nodes := englishBrowser(t), serveNodes(t, store)
	alice, bob := chrome.open(t, "Alice", nodes[0].url, unavailable), chrome.open(t, "Bob", nodes[1].url, unavailable)
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	time.Sleep(candidatesCome) // Alice gives the server those that came late in another call
	store.Kill()
	bob.press("start")
	bob.sees(ui.TextRetrying)

	store.Start(t)
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextConnected)
	}
	newTalk(alice, bob).goOnFor(0)
	if alice.saw(ui.TextRetrying) {
		t.Error("Alice's stream broke: it need not have")
	}
}

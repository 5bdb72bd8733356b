//go:build !js

package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// Chromium writes a console error for every request that fails by itself.
const networkError = "net::ERR_"

func TestAnUnreachableServerIsShownAndRecoveredFrom(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url, networkError), chrome.open(t, "Bob", server.url, networkError)
	server.kill()
	alice.press("start")
	alice.sees(ui.TextRetrying)

	server.restart(t)
	alice.sees(ui.TextWaitingAlone)
	connect(bob)
	alice.sees(ui.TextConnected)
	alice.say("we are back")
	bob.shows(theirs("we are back")...)
}

func TestAServerLostWhileWaitingIsRecoveredFrom(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url, networkError), chrome.open(t, "Bob", server.url, networkError)
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	server.kill()
	alice.sees(ui.TextRetrying)
	server.restart(t)
	connect(bob)
	alice.sees(ui.TextConnected)
}

func TestChatsGoOnWithoutServers(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url, networkError), chrome.open(t, "Bob", server.url, networkError)
	connect(alice, bob)
	server.kill()
	newTalk(alice, bob).goOnFor(2 * time.Second)
	if alice.saw(ui.TextInterrupted) || bob.saw(ui.TextInterrupted) {
		t.Error("the chat was interrupted: it does not need the server")
	}

	alice.leaves()
	alice.sees(ui.TextRetrying)
	bob.sees(ui.TextPeerNext)
	bob.press("next")
	bob.sees(ui.TextRetrying)
	server.restart(t)
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextConnected)
	}
	newTalk(alice, bob).goOnFor(0)
}

func TestThreeProcesses(t *testing.T) {
	t.Parallel()
	keys := filepath.Join(t.TempDir(), "token.keys")
	if err := os.WriteFile(keys, token.NewKeyFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	webAddress := servertest.FreeAddress(t)
	shared := []string{"--token-key-file", keys, "--allowed-origins", "http://" + webAddress}
	matchmaking := serve(t, append([]string{"--services", "matchmaking"}, shared...)...)
	signaling := serve(t, append([]string{"--services", "signaling"}, shared...)...)
	web := serveOn(t, webAddress, "--services", "web", "--matchmaking-url", matchmaking.url, "--signaling-url", signaling.url)

	chrome := englishBrowser(t)
	alice, bob := chrome.open(t, "Alice", web.url), chrome.open(t, "Bob", web.url)
	connect(alice, bob)
	alice.say("over three ports")
	bob.shows(theirs("over three ports")...)
}

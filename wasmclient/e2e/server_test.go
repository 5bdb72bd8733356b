//go:build !js

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/token"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// Chromium writes a console error for every request that fails by itself.
const networkError = "net::ERR_"

func TestAnUnreachableServerIsShownAndRecoveredFrom(t *testing.T) {
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url, networkError), chrome.open(t, "Bob", server.url, networkError)
	server.kill()
	alice.press("start")
	alice.sees(ui.TextRetrying)

	serveOn(t, strings.TrimPrefix(server.url, "http://"))
	alice.sees(ui.TextWaitingAlone)
	connect(bob)
	alice.sees(ui.TextConnected)
	alice.say("we are back")
	bob.shows(theirs("we are back")...)
}

func TestAServerLostWhileWaitingIsRecoveredFrom(t *testing.T) {
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url, networkError), chrome.open(t, "Bob", server.url, networkError)
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	server.kill()
	alice.sees(ui.TextRetrying)
	serveOn(t, strings.TrimPrefix(server.url, "http://"))
	connect(bob)
	alice.sees(ui.TextConnected)
}

func TestChatsGoOnWithoutServers(t *testing.T) {
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url, networkError), chrome.open(t, "Bob", server.url, networkError)
	connect(alice, bob)
	server.kill()
	alice.say("still there?")
	bob.shows(theirs("still there?")...)
	bob.say("yes")
	alice.shows(append(mine("still there?"), theirs("yes")...)...)
}

func TestThreeProcesses(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "token.keys")
	if err := os.WriteFile(keys, token.NewKeyFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	webAddress := freeAddress(t)
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

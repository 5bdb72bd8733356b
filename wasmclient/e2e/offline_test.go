//go:build !js

package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// uplink is the connection of one tab to the server. Links between tabs do not
// use it.
type uplink struct {
	*tab
	proxy *faultkit.Proxy
}

// openOn opens the page in a tab whose connection to the server can be broken.
func (b browser) openOn(t *testing.T, name string, server program) uplink {
	t.Helper()
	proxy := faultkit.NewProxy(t, strings.TrimPrefix(server.url, "http://"))
	return uplink{b.open(t, name, proxy.URL(), networkError), proxy}
}

// goOffline is a lost network: open connections break, new ones fail at once.
func (u uplink) goOffline() {
	u.t.Helper()
	u.setOffline(true)
	u.proxy.Cut()
}

func (u uplink) goOnline() {
	u.t.Helper()
	u.setOffline(false)
}

func (u uplink) setOffline(offline bool) {
	u.t.Helper()
	const unlimited = -1
	u.do("change the network",
		call(network.Enable, network.EnableParams{}),
		call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: offline, DownloadThroughput: unlimited, UploadThroughput: unlimited}},
		}),
		call(network.OverrideNetworkState, network.OverrideNetworkStateParams{
			Offline: offline, DownloadThroughput: unlimited, UploadThroughput: unlimited,
		}))
}

// failsToCall waits until the console reports that a call of that method failed
// because there is no network.
func (u uplink) failsToCall(method string) {
	u.t.Helper()
	u.poll("a call of "+method+" fails", func() bool {
		lines, _ := u.console.read()
		return slices.ContainsFunc(lines, func(line string) bool {
			return strings.Contains(line, "net::ERR_INTERNET_DISCONNECTED") && strings.HasSuffix(line, "/"+method)
		})
	})
}

func TestOfflineWhileWaiting(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.openOn(t, "Alice", server), chrome.open(t, "Bob", server.url)
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	alice.goOffline()
	alice.sees(ui.TextRetrying)
	waitForPool(t, server.url, 0)
	bob.press("start")
	bob.sees(ui.TextWaitingAlone)

	alice.goOnline()
	alice.sees(ui.TextConnected)
	bob.sees(ui.TextConnected)
	newTalk(alice.tab, bob).goOnFor(0)
}

func TestOfflineFromTheStart(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.openOn(t, "Alice", server), chrome.open(t, "Bob", server.url)
	bob.press("start")
	bob.sees(ui.TextWaitingAlone)
	alice.goOffline()
	alice.press("start")
	alice.sees(ui.TextRetrying)
	alice.goOnline()
	alice.sees(ui.TextConnected)
	bob.sees(ui.TextConnected)
}

func TestOfflineWhileConnecting(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.openOn(t, "Alice", server), chrome.open(t, "Bob", server.url)
	alice.blockSignals(true)
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	bob.press("start")
	alice.sees(ui.TextConnecting)
	bob.sees(ui.TextConnecting)

	alice.goOffline()
	alice.failsToCall("JoinRoom")
	alice.blockSignals(false)
	alice.goOnline()
	alice.sees(ui.TextConnected)
	bob.sees(ui.TextConnected)
	newTalk(alice.tab, bob).goOnFor(0)
	if bob.saw(ui.TextStillLooking) {
		t.Error("Bob was told to look for somebody else")
	}
}

// blockSignals keeps offers, answers and candidates from leaving the tab.
func (u uplink) blockSignals(block bool) {
	u.t.Helper()
	u.do("block signals", call(network.Enable, network.EnableParams{}), call(network.SetBlockedURLs, network.SetBlockedURLsParams{
		URLPatterns: []*network.BlockPattern{{URLPattern: "http://*:*/*/SendSignals", Block: block}},
	}))
}

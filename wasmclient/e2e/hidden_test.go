//go:build !js

package e2e

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// hiddenFor is longer than any silence of a visible page.
const hiddenFor = 15 * time.Second

// TestAHiddenTabIsNotGone hides a tab. Browsers stop the timers of hidden tabs, so
// the tab sends nothing.
func TestAHiddenTabIsNotGone(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	connect(alice, bob)
	alice.releasesServer() // or it would vouch for her
	bob.releasesServer()
	alice.freeze(true)
	bob.say("take your time")
	bob.staysWritable(hiddenFor)
	if !bob.saw(ui.TextInterrupted) {
		t.Error("the tab was not silent: this test shows nothing")
	}
	alice.freeze(false)
	alice.shows(theirs("take your time")...)
	bob.sees(ui.TextConnectedAgain)
	alice.say("back again")
	bob.shows(append(mine("take your time"), theirs("back again")...)...)
}

// freeze hides the tab and stops it, or shows it again.
func (tab *tab) freeze(frozen bool) {
	tab.t.Helper()
	if frozen {
		tab.do("freeze", call(page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: page.SetWebLifecycleStateStateFrozen}))
		return
	}
	tab.do("show", call(page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: page.SetWebLifecycleStateStateActive}),
		call(page.BringToFront, cdp.Empty{}))
}

// staysWritable fails the test if the chat ends within the duration.
func (tab *tab) staysWritable(duration time.Duration) {
	tab.t.Helper()
	end := time.After(duration)
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		select {
		case <-end:
			return
		case <-ticker.C:
			if read[bool](tab, `document.getElementById("input").disabled`) {
				tab.t.Fatalf("%s: the chat has ended\n%s", tab.name, tab.describe())
			}
		}
	}
}

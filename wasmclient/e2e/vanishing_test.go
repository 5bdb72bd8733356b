//go:build !js

package e2e

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// silenceEnds is how long until a partner who vanished is given up, plus a second
// for the page and this test.
const silenceEnds = 10*time.Second + time.Second

func TestACrashedTabIsGone(t *testing.T) {
	t.Parallel()
	chrome := englishBrowser(t)
	vanishes(t, chrome, func(alice, bob *tab) {
		alice.releasesServer()
		bob.releasesServer()
	}, func(alice *tab) {
		crashed := make(chan struct{})
		if err := chromedp.Listen(alice.ctx, func(event any) {
			if _, is := event.(*inspector.EventTargetCrashed); is {
				close(crashed)
			}
		}); err != nil {
			t.Fatal(err)
		}
		go func() { _ = chromedp.Do(alice.ctx, call(page.Crash, cdp.Empty{})) }() // never answers
		select {
		case <-crashed: // on a busy machine that takes seconds
		case <-time.After(patience):
			t.Fatal("the tab does not crash")
		}
	})
}

func TestAKilledBrowserIsGone(t *testing.T) {
	t.Parallel()
	chrome := newBrowser(t, "en-US")
	vanishes(t, chrome, func(_, _ *tab) {}, func(alice *tab) {
		if err := chromedp.FromContext(alice.ctx).Browser.Process().Kill(); err != nil {
			t.Fatal(err)
		}
	})
}

// vanishes checks what the partner of a vanished tab sees. The tab
// vanishes after prepare has returned.
func vanishes(t *testing.T, chrome browser, prepare func(alice, bob *tab), vanish func(alice *tab)) {
	t.Helper()
	server := serve(t)
	alice, bob := chrome.open(t, "Alice", server.url, "has crashed"), englishBrowser(t).open(t, "Bob", server.url)
	connect(alice, bob)
	alice.say("hello")
	bob.shows(theirs("hello")...)
	prepare(alice, bob)
	vanish(alice)
	vanished := time.Now()
	bob.sees(ui.TextInterrupted)
	bob.say("are you there?")
	delay := bob.seesAt(ui.TextPeerGone).Sub(vanished)
	t.Logf("gone after %v", delay)
	if delay > silenceEnds {
		t.Errorf("gone after %v, want %v", delay, silenceEnds)
	}
	bob.waitFor("what did not arrive is marked", `document.querySelector(".mine[data-delivery=failed] .text").textContent === "are you there?"`)
	bob.press("next")
	bob.sees(ui.TextWaitingAlone)
}

//go:build !js

package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// bursts is how many messages a burst has: more than a page shows at once.
const bursts = 40

// burst returns messages that a careless page would garble.
func burst(author string) []string {
	kinds := []string{"hello", "👩‍👩‍👧‍👦 emoji 👋🏽", "日本語のメッセージ", "<b>not bold</b><img src=x>", "  kept   spaces", "עברית and English"}
	var texts []string
	for i := range bursts {
		texts = append(texts, fmt.Sprintf("%s %03d %s", author, i, kinds[i%len(kinds)]))
	}
	return texts
}

// TestTwoTabsTalk lets two people write at once: each text comes once, and in order.
func TestTwoTabsTalk(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)

	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	bob.press("start")
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextConnected)
		tab.waitFor("the input has the focus", `document.activeElement.id === "input"`)
	}

	texts := burst("both")
	for _, text := range texts {
		alice.say(text)
		bob.say(text)
	}
	for _, tab := range []*tab{alice, bob} {
		tab.waitFor("every message is there", fmt.Sprintf(`document.querySelectorAll(".message").length === %d`, 2*len(texts)))
		var own, other []string
		for _, line := range read[[]line](tab, readLines) {
			if line.Mine {
				own = append(own, line.Text)
			} else {
				other = append(other, line.Text)
			}
		}
		if !slices.Equal(own, texts) || !slices.Equal(other, texts) {
			t.Errorf("%s: own %v, other %v", tab.name, own, other)
		}
	}
}

func TestNextFindsTheOtherPartner(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob, carol := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url), chrome.open(t, "Carol", server.url)
	connect(alice, bob)
	alice.say("hello Bob")
	bob.shows(theirs("hello Bob")...)
	carol.press("start")
	carol.sees(ui.TextWaitingAlone)

	alice.press("next")
	bob.sees(ui.TextPeerNext)
	alice.sees(ui.TextConnected)
	carol.sees(ui.TextConnected)
	alice.say("hello Carol")
	carol.shows(theirs("hello Carol")...)
	alice.shows(mine("hello Carol")...)
	bob.shows(theirs("hello Bob")...)
}

func TestStopTellsThePartner(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	connect(alice, bob)
	bob.say("stay")
	alice.shows(theirs("stay")...)
	alice.press("stop")
	alice.sees(ui.TextStopped)
	bob.sees(ui.TextPeerLeft)
	bob.waitFor("nothing can be written", `document.getElementById("input").disabled`)
	bob.shows(mine("stay")...)

	bob.press("next")
	alice.press("next")
	bob.sees(ui.TextConnected)
	alice.sees(ui.TextConnected)
}

func TestClosingATabTellsThePartner(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	connect(alice, bob)
	alice.close()
	bob.sees(ui.TextPeerClosed)
}

// TestAPageWaitsForItsGoodbye wants the connection closed when the page's last
// event is over. The browser ends the page then, with what is still queued.
func TestAPageWaitsForItsGoodbye(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	alice.evaluate(`window.connections = [];
		window.RTCPeerConnection = class extends RTCPeerConnection {
			constructor(configuration) { super(configuration); connections.push(this) }
		}`)
	connect(alice, bob)
	alice.evaluate(`addEventListener("pagehide", () =>
		sessionStorage.setItem("left", [...new Set(connections.map(connection => connection.connectionState))]));
		location.reload()`)
	bob.sees(ui.TextPeerClosed)
	alice.waitFor("the page is back", running)
	if got := read[string](alice, `sessionStorage.getItem("left")`); got != "closed" {
		t.Errorf("the connection was %q when the page ended, want closed", got)
	}
}

func TestAReloadedPageIsIdle(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	connect(alice, bob)
	alice.evaluate(`location.reload()`)
	bob.sees(ui.TextPeerClosed)
	alice.waitFor("the page is back", running)
	alice.sees(ui.TextIdle)
}

//go:build !js

package e2e

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

const commonText = `document.getElementById("common").textContent`

func TestACommonInterestBringsTwoTogether(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob, carol := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url), chrome.open(t, "Carol", server.url)
	carol.press("start")
	carol.sees(ui.TextWaitingAlone)
	alice.likes("travel", "food", "music", "travel") // and not travel after all
	alice.waitFor("she sees what she chose", `[...document.querySelectorAll("[aria-pressed=true]")].map(chip => chip.innerText).join() === "Music,Food"`)
	alice.press("start")
	alice.sees(ui.TextWaitingInterests)
	bob.likes("games", "music")
	bob.press("start")
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextConnected)
		tab.waitFor("it is said what both like", commonText+` === "You both like music."`)
	}
	if carol.sees(ui.TextWaitingAlone); carol.saw(ui.TextConnecting) {
		t.Error("Carol was paired although two had something in common")
	}
}

func TestNobodyWithTheInterestComes(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	alice.likes("books")
	alice.press("start")
	alice.sees(ui.TextWidened)
	if !alice.saw(ui.TextWaitingInterests) {
		t.Error("Alice was not told that her interest counts")
	}
	bob.press("start")
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextConnected)
		if common := read[string](tab, commonText); common != "" {
			t.Errorf("%s is told %q, and it was chance", tab.name, common)
		}
	}
}

func TestNextMeetsSomebodyElseFirst(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob, carol := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url), chrome.open(t, "Carol", server.url)
	connect(alice, bob)
	alice.press("next")
	alice.sees(ui.TextWaitingAlone) // longer than Bob will, so she is the one whom Carol meets
	bob.sees(ui.TextPeerNext)
	bob.press("next")
	bob.sees(ui.TextWaiting) // Alice is here, and they have just met
	carol.press("start")
	carol.sees(ui.TextConnected)
	carol.say("hello")
	alice.shows(theirs("hello")...)

	// Without others they meet again, a little later.
	alice.press("next")
	carol.sees(ui.TextPeerNext)
	alice.sees(ui.TextWaiting)
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextConnected)
	}
	bob.say("you again")
	alice.shows(theirs("you again")...)
}

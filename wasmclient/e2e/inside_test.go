//go:build !js

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// TestInside opens the panel, lets a connection come up, reads what happened, and closes
// the panel. The page remembers that it was open.
func TestInside(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	looks, other := chrome.open(t, "who looks inside", server.url), chrome.open(t, "the other", server.url)
	other.press("start")
	other.sees(ui.TextWaitingAlone)
	looks.press("inside-open")
	looks.waitFor("the panel is open", `!document.getElementById("inside").hidden && document.querySelector("#inside h2")?.textContent !== undefined`)
	if !read[bool](looks, `["vanish", "vanish-longer", "restart", "relay-only"].every((name) => document.getElementById("inside-" + name).disabled)`) {
		t.Error("without a chat there is something to break")
	}
	looks.press("start")
	looks.sees(ui.TextConnected)

	looks.waitFor("the timeline goes until the server is not needed", `[...document.querySelectorAll("#inside .step")].some((step) => step.dataset.key === "released")`)
	keys := read[[]string](looks, `[...document.querySelectorAll("#inside .step")].map((step) => step.dataset.key)`)
	last := -1
	for _, want := range []string{"call_sent.FindMatch", "event.matchmaking.matched", "token", "call_sent.JoinRoom", "event.signaling.welcome", "channel_open.chat", "released"} {
		found := -1
		for i, key := range keys {
			if key == want {
				found = i
				break
			}
		}
		if found <= last {
			t.Errorf("%q is step %d, want it after step %d; all: %v", want, found, last, keys)
		}
		last = max(last, found)
	}
	open := func(key string) string {
		looks.evaluate(fmt.Sprintf(`document.querySelector('#inside .step[data-key="%s"] summary').click()`, key))
		looks.waitFor("the step is open", fmt.Sprintf(`document.querySelector('#inside .step[data-key="%s"] .why') !== null`, key))
		return read[string](looks, fmt.Sprintf(`document.querySelector('#inside .step[data-key="%s"] details').innerText`, key))
	}
	for key, want := range map[string]string{
		"call_sent.FindMatch": `"lang:en"`, "event.matchmaking.matched": "characters)", "call_sent.JoinRoom": "wasmp2pchat.signaling.v1.JoinRoomRequest",
	} {
		if text := open(key); !strings.Contains(text, want) {
			t.Errorf("%s has no %s:\n%s", key, want, text)
		}
	}
	sdp := "remote_description.offer"
	if !strings.Contains(fmt.Sprint(keys), sdp) {
		sdp = "local_description.offer"
	}
	if text := open(sdp); !strings.Contains(text, "m=application") || strings.Contains(text, "a=ice-pwd:\n") {
		t.Errorf("the offer is shown as:\n%s", text)
	}
	looks.tellsPhases(sdp)
	looks.waitFor("bytes go directly", `/[1-9]/.test(document.getElementById("inside-bytes-peer").textContent) && document.getElementById("inside-bytes-zero").textContent !== ""`)
	looks.waitFor("a pair is chosen", `document.querySelector("#inside tr.selected") !== null`)
	looks.waitFor("Wasm is measured", `Number(document.querySelector("#inside-wasm-facts dd:last-child").textContent) > 0`)

	looks.evaluate(`document.getElementById("inside-vanish").click()`)
	looks.say("still here")
	for _, tab := range []*tab{looks, other} {
		tab.sees(ui.TextInterrupted)
	}
	for _, tab := range []*tab{looks, other} {
		tab.sees(ui.TextConnectedAgain)
	}
	other.shows(theirs("still here")...)
	looks.waitFor("the timeline shows the repair", `["interrupted", "restored"].every((key) => document.querySelector('#inside .step[data-key="' + key + '"]') !== null)`)

	looks.phone()
	looks.fits()
	looks.evaluate(`document.querySelector("#inside header button:last-child").click()`)
	looks.waitFor("the panel is closed", `document.getElementById("inside").hidden && document.activeElement.id === "inside-open"`)
	looks.say("and still")
	other.shows(theirs("still here", "and still")...)

	looks.press("inside-open")
	looks.load(server.url)
	looks.waitFor("the panel is open again", `!document.getElementById("inside").hidden`)
	looks.evaluate(`document.querySelector("#inside header button:last-child").click()`)
	looks.load(server.url + "/#inside")
	looks.waitFor("the panel is a page of its own", `document.body.dataset.inside === "page"`)
}

// tellsPhases checks that the panel has a row for each phase of the connection, that the phases
// together take the time that the timeline shows, and that it says who made the offer.
func (tab *tab) tellsPhases(offer string) {
	tab.t.Helper()
	tab.waitFor("each phase has a row", `document.querySelectorAll("#inside-phases li").length === 5`)
	const at = `Number(document.querySelector('#inside .step[data-key="%s"] .at').textContent)`
	type sums struct{ Phases, Timeline float64 }
	told := read[sums](tab, fmt.Sprintf(`({
		Phases: [...document.querySelectorAll("#inside-phases b")].reduce((sum, {textContent}) => sum + parseFloat(textContent), 0),
		Timeline: `+at+` - `+at+`,
	})`, "channel_open.chat", "call_sent.FindMatch"))
	if difference := told.Phases - told.Timeline; difference < -0.005 || difference > 0.005 {
		tab.t.Errorf("the phases take %.3f s together, and the timeline %.3f s", told.Phases, told.Timeline)
	}
	want := map[string]string{"remote_description.offer": "Your partner made the offer", "local_description.offer": "This browser made the offer"}[offer]
	if text := read[string](tab, `document.querySelector("#inside-phases p").textContent`); !strings.HasPrefix(text, want) {
		tab.t.Errorf("the panel says %q after %s", text, offer)
	}
}

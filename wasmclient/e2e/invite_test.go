//go:build !js

package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// TestInvite lets two people meet by a link, past a stranger who waits.
func TestInvite(t *testing.T) {
	t.Parallel()
	server := serve(t)
	browser := englishBrowser(t)
	stranger, alice, bob := browser.open(t, "a stranger", server.url), browser.open(t, "Alice", server.url), browser.newTab(t, "Bob")
	stranger.press("start")
	stranger.sees(ui.TextWaitingAlone)

	alice.press("invite-open")
	alice.sees(ui.TextWaitingInvite)
	alice.waitFor("the code is drawn", `document.querySelector("#qr path")?.getAttribute("d").length > 1000 && document.getElementById("qr").clientWidth > 100`)
	link := read[string](alice, `document.getElementById("invite-link").value`)
	if address := read[string](alice, `location.href`); address != link || !strings.HasPrefix(link, server.url) || !strings.Contains(link, "#invite=") {
		t.Errorf("the link is %q, the address %q", link, address)
	}
	alice.press("invite-copy")

	bob.load(link)
	bob.sees(ui.TextInvited)
	bob.press("start")
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextConnected)
		tab.waitFor("the page says that the partner is verified", `document.getElementById("common").textContent === `+quote(ui.TextVerified.In(ui.English)))
		tab.waitFor("there is no NEXT", `document.getElementById("next").hidden`)
	}
	newTalk(alice, bob).goOnFor(0)
	stranger.sees(ui.TextWaitingAlone)

	alice.press("stop")
	bob.sees(ui.TextPeerLeft)
	bob.press("start") // by the same link
	bob.sees(ui.TextWaitingInvite)
	alice.press("home")
	alice.sees(ui.TextIdle)
	if address := read[string](alice, `location.href`); strings.Contains(address, "#") {
		t.Errorf("the address is %q", address)
	}
	alice.press("start")
	alice.sees(ui.TextConnected)
	stranger.sees(ui.TextConnected)
}

// TestSafetyCode wants the same code on both sides of a chat.
func TestSafetyCode(t *testing.T) {
	t.Parallel()
	server := serve(t)
	alice, bob := englishBrowser(t).open(t, "Alice", server.url), englishBrowser(t).open(t, "Bob", server.url)
	connect(alice, bob)
	var codes []string
	for _, tab := range []*tab{alice, bob} {
		tab.do("open the code", chromedp.Click("#safety summary"))
		tab.waitFor("twelve symbols are in sight", `document.getElementById("code").children.length === 12 && document.getElementById("code").clientHeight > 0`)
		codes = append(codes, read[string](tab, `document.getElementById("code").innerText`))
	}
	if codes[0] != codes[1] {
		t.Errorf("the codes are %q", codes)
	}
	alice.press("stop")
	alice.waitFor("the code is gone", `document.getElementById("safety").hidden`)
}

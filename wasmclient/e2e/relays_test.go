//go:build !js

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// noteCalls makes a page keep the bodies of all its calls.
const noteCalls = `(() => {
	window.bodies = [];
	const original = window.fetch;
	window.fetch = function (address, options) {
		if (options?.body) bodies.push(new TextDecoder().decode(options.body));
		return original.apply(this, arguments);
	};
})()`

// serveRelay starts the program with a TURN server of this machine.
func serveRelay(t *testing.T, flags ...string) program {
	t.Helper()
	return serve(t, append(flags, "--turn-listen", "127.0.0.1:0", "--turn-allow-peer", "127.0.0.0/8")...)
}

// privacy says that the page tells this about the person's address.
func privacy(text ui.Text) string {
	return `document.getElementById("privacy").textContent === ` + quote(text.In(ui.English))
}

// TestHiddenAddresses lets a person hide the address from one who does not, and reads
// what the page sends.
func TestHiddenAddresses(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serveRelay(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	alice.evaluate(noteCalls)
	alice.waitFor("the address can be hidden", `!document.getElementById("hide").disabled`)
	alice.waitFor("she is warned", privacy(ui.TextPrivacyDirect))
	alice.press("hide")
	alice.waitFor("she is told what hides it", privacy(ui.TextPrivacyHidden))
	for range 2 { // she waits, and then Bob
		connect(alice, bob)
		newTalk(alice, bob).goOnFor(0)
		alice.press("stop")
		bob.sees(ui.TextPeerLeft)
		alice.press("home")
		bob.press("home")
		alice, bob = bob, alice
	}
	relayed := 0
	for _, body := range read[[]string](alice, `bodies`) {
		for _, candidate := range strings.SplitAfter(body, "candidate:")[1:] {
			kind, _, _ := strings.Cut(candidate, "generation")
			if !strings.Contains(kind, " typ relay raddr 0.0.0.0 rport 0 ") {
				t.Errorf("the page sends %q", kind)
			}
			relayed++
		}
	}
	if relayed == 0 {
		t.Error("the page sends no candidate at all")
	}
}

// TestAddressesThatCannotBeHidden opens the page of servers that have no relay, or let
// people connect by it only.
func TestAddressesThatCannotBeHidden(t *testing.T) {
	t.Parallel()
	chrome := englishBrowser(t)
	none := chrome.open(t, "None", serve(t).url)
	none.waitFor("it says that there is no relay", privacy(ui.TextPrivacyNoRelay))
	none.waitFor("the switch is off", `document.getElementById("hide").disabled && !document.getElementById("hide").checked`)

	server := serveRelay(t, "--ice-policy", "relay")
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	alice.waitFor("it says that there is nothing else", privacy(ui.TextPrivacyRelayOnly))
	alice.waitFor("the switch is on", `document.getElementById("hide").disabled && document.getElementById("hide").checked`)
	connect(alice, bob)
	newTalk(alice, bob).goOnFor(0)
}

// TestTheConnectionIsChecked checks it with a relay, with one that refuses, without one,
// and without a server.
func TestTheConnectionIsChecked(t *testing.T) {
	t.Parallel()
	chrome := englishBrowser(t)
	finds := func(tab *tab, texts ...ui.Text) {
		t.Helper()
		tab.press("check")
		for _, text := range texts {
			tab.waitFor("it finds "+text.In(ui.English), `[...document.querySelectorAll("#found li")].some((line) => line.textContent === `+quote(text.In(ui.English))+`)`)
		}
	}
	alice := chrome.open(t, "Alice", serveRelay(t).url)
	finds(alice, ui.TextServerAnswers, ui.TextAddresses, ui.TextUDPPasses, ui.TextReachEverybody)
	alice.waitFor("it can be asked for again", `!document.getElementById("check").disabled`)
	foreign := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(foreign, []byte("of another relay\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	relay := "turn:" + newRelay(t).LocalAddr().String() + "?transport=udp"
	carol := chrome.open(t, "Carol", serve(t, "--turn-secret-file", foreign, "--turn-url", relay).url)
	carol.press("check")
	refused := strings.ReplaceAll(ui.TextRelayRefuses.In(ui.English), "{transport}", "UDP")
	carol.waitFor("the relay refuses her", `[...document.querySelectorAll("#found .bad")].some((line) => line.textContent === `+quote(refused)+`)`)

	server := serve(t)
	bob := chrome.open(t, "Bob", server.url, networkError)
	finds(bob, ui.TextServerAnswers, ui.TextAddresses, ui.TextRelayNotOffered, ui.TextReachNear)
	server.kill()
	finds(bob, ui.TextServerSilent)
}

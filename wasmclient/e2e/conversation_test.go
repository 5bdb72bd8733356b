//go:build !js

package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

func deliveries(delivery ui.Delivery, count int) string {
	return fmt.Sprintf(`document.querySelectorAll(".mine[data-delivery=%s]").length === %d`, delivery, count)
}

// hide makes the page believe that it is hidden, or visible again.
func (tab *tab) hide(hidden bool) {
	tab.t.Helper()
	tab.evaluate(fmt.Sprintf(`Object.defineProperty(document, "visibilityState", {value: %t ? "hidden" : "visible", configurable: true});
		document.dispatchEvent(new Event("visibilitychange"))`, hidden))
}

func (tab *tab) escape() {
	tab.t.Helper()
	tab.key(input.DispatchKeyEventParams{Key: "Escape", Code: "Escape", WindowsVirtualKeyCode: 27})
}

// TestAConversation looks at what the pages of two people show of their conversation.
func TestAConversation(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	for tab, word := range map[*tab]string{alice: " CHESS ", bob: "chess"} {
		tab.press("own-interest")
		tab.types(word)
	}
	alice.enter()
	alice.waitFor("her own interest is there", `document.querySelector("#own button")?.textContent === "chess"`)
	connect(alice, bob) // Bob's counts as well
	alice.waitFor("it is said what both like", commonText+` === "You both like chess."`)

	alice.waitFor("there are openers", `document.querySelectorAll(".suggestion").length === 3`)
	opener := read[string](alice, `document.querySelector(".suggestion").textContent`)
	alice.press("suggestions button")
	alice.waitFor("it is in the input, which has the focus", `document.activeElement.id === "input" && document.activeElement.value === `+quote(opener))
	alice.enter()
	bob.shows(theirs(opener)...)
	for _, tab := range []*tab{alice, bob} {
		tab.waitFor("the openers are gone", `document.querySelector(".suggestion") === null`)
		tab.waitFor("it has a time", `/^\d+-\d+-\d+T.*Z$/.test(document.querySelector(".message time").dateTime)`)
	}
	alice.waitFor("it has arrived", deliveries(ui.DeliveryDelivered, 1))
	if label := read[string](alice, `document.querySelector(".mark").ariaLabel`); label != "Delivered" {
		t.Errorf("the mark is read out as %q", label)
	}

	bob.types("let me think")
	alice.waitFor("she sees that he writes", `document.getElementById("typing").textContent === `+quote(ui.TextTyping.In(ui.English)))
	bob.enter()
	alice.shows(append(mine(opener), theirs("let me think")...)...)
	alice.waitFor("he does not write any more", `document.getElementById("typing").textContent === ""`)

	const links = "see https://example.com/a?b#c, https://google.com@evil.example and https://\u0430pple.com!"
	bob.say(links, "👩‍👩‍👧‍👦👋🏽", "👋 hi")
	alice.shows(append(mine(opener), theirs("let me think", links, "👩‍👩‍👧‍👦👋🏽", "👋 hi")...)...)
	const readLinks = `JSON.stringify([...document.querySelectorAll(".message a")].map(a => [a.textContent, a.href, a.target, a.rel, a.title, a.dataset.host ?? ""]))`
	want := quote([][]string{
		{"https://example.com/a?b#c", "https://example.com/a?b#c", "_blank", "noopener noreferrer nofollow", "Opens example.com in a new tab", ""},
		{"https://\u0430pple.com", "https://xn--pple-43d.com/", "_blank", "noopener noreferrer nofollow", "Opens xn--pple-43d.com in a new tab", "xn--pple-43d.com"},
	})
	if got := read[string](alice, readLinks); got != want {
		t.Errorf("links %s, want %s", got, want)
	}
	if got := read[string](alice, `[...document.querySelectorAll(".large")].map(text => text.textContent).join()`); got != "👩‍👩‍👧‍👦👋🏽" {
		t.Errorf("%q is large", got)
	}

	alice.say(burst("Alice")...)
	alice.waitFor("everything has arrived", deliveries(ui.DeliveryDelivered, bursts+1))
	bob.waitFor("there is something above", `document.getElementById("log").scrollHeight > 2 * document.getElementById("log").clientHeight`)
	bob.evaluate(`document.getElementById("log").scrollTop = -10000`)
	bob.hide(true)
	alice.say("one", "two", "three")
	bob.waitFor("he sees how many are new", `!document.getElementById("new").hidden && document.getElementById("new").textContent === "3 new ↓"`)
	bob.waitFor("the tab says it too", `document.title === "(3) WasmP2PChat"`)
	bob.hide(false)
	bob.waitFor("he has seen the tab", `document.title === "WasmP2PChat"`)
	bob.press("new")
	bob.waitFor("he is at the end", `document.getElementById("new").hidden && document.getElementById("log").scrollTop === 0`)
	for _, tab := range []*tab{alice, bob} {
		tab.phone()
		tab.fits()
	}
}

// TestEndings ends one chat after the other, in each way.
func TestEndings(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	connect(alice, bob)
	newTalk(alice, bob).goOnFor(0)
	alice.press("next")
	alice.waitFor("she is asked", `document.getElementById("next").innerText === "Really? NEXT" && document.getElementById("hint").textContent !== ""`)
	bob.types("not sent")
	alice.press("next")
	bob.sees(ui.TextPeerNext)
	bob.waitFor("what he wrote is there", `document.getElementById("input").readOnly && !document.getElementById("input").disabled && document.getElementById("input").value === "not sent"`)
	bob.press("copy")
	bob.waitFor("it is copied", `document.getElementById("hint").textContent === "Copied." && getSelection().toString() === "not sent"`)
	bob.press("next")
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextConnected)
	}
	bob.waitFor("it is offered", `document.querySelector(".suggestion.kept") !== null && document.getElementById("input").value === ""`)
	bob.press("suggestions .kept")
	bob.enter()
	alice.shows(theirs("not sent")...)

	alice.escape()
	alice.waitFor("she is told of Esc", `document.getElementById("hint").textContent === `+quote(ui.TextEscapeAgain.In(ui.English)))
	alice.escape()
	bob.sees(ui.TextPeerNext)
	bob.press("home")
	bob.sees(ui.TextIdle)
	bob.waitFor("he is where it began", running+` && document.getElementById("page").dataset.layout === "start" && document.querySelector(".message") === null`)
	bob.press("start")
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextConnected)
	}
	bob.say("rude words")
	alice.shows(theirs("rude words")...)
	alice.press("block")
	alice.press("block")
	alice.sees(ui.TextBlocked)
	bob.sees(ui.TextPeerNext)
	for _, tab := range []*tab{alice, bob} {
		tab.press("next")
	}
	for _, tab := range []*tab{alice, bob} {
		tab.sees(ui.TextWidenedLanguage) // everybody would do now, but not they
	}
}

// TestSettingsStay switches the sound on, in a browser that remembers it, and in one that does not.
func TestSettingsStay(t *testing.T) {
	t.Parallel()
	server := serve(t)
	const on = `document.getElementById("sound").checked && !document.getElementById("sound").disabled`
	alice := englishBrowser(t).open(t, "Alice", server.url)
	alice.press("settings-open")
	alice.press("sound")
	alice.waitFor("it is remembered", `localStorage.getItem("wasmp2pchat.settings") === "sound"`)
	alice.load(server.url)
	alice.waitFor("it is still on", on)
	alice.press("settings-open")
	alice.evaluate(`Notification.requestPermission = async () => "denied"`)
	alice.press("notify")
	alice.waitFor("she is told that the browser refuses", `document.getElementById("refused").textContent === `+quote(ui.TextNotifyRefused.In(ui.English)))
	alice.waitFor("it is off", `!document.getElementById("notify").checked`)

	bob := englishBrowser(t).newTab(t, "Bob")
	bob.do("break the storage", call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `Object.defineProperty(window, "localStorage", {get() { throw new Error("no storage") }}); delete window.Notification`,
	}))
	bob.load(server.url)
	bob.press("settings-open")
	bob.press("sound")
	bob.waitFor("it is on", on)
	bob.press("notify")
	bob.waitFor("he is told that the browser refuses", `document.getElementById("refused").textContent !== "" && !document.getElementById("notify").checked`)
}

//go:build !js

package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// TestSheet is the first visit of a person, who goes back once before agreeing.
func TestSheet(t *testing.T) {
	t.Parallel()
	server := serve(t)
	browser := englishBrowser(t)
	browser.newcomers = true
	alice := browser.open(t, "Alice", server.url)
	const open, shut = `document.getElementById("sheet").open`, `!document.getElementById("sheet").open`
	alice.press("start")
	alice.waitFor("the sheet is open", open)
	alice.accessible("sheet", schemes...)
	alice.do("go back", click(`#sheet [value="back"]`))
	alice.waitFor("the sheet is shut", shut)
	alice.sees(ui.TextIdle)
	alice.press("start")
	alice.waitFor("the sheet is open", open)
	alice.press("agree")
	alice.sees(ui.TextWaitingAlone)
	alice.press("stop")
	alice.sees(ui.TextStopped)
	alice.press("start") // once is enough
	alice.sees(ui.TextWaitingAlone)
	alice.load(server.url)
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
}

// TestHiddenWords hides what a person does not want to read, until they ask for it.
func TestHiddenWords(t *testing.T) {
	t.Parallel()
	server := serve(t)
	alice, bob := englishBrowser(t).open(t, "Alice", server.url), englishBrowser(t).open(t, "Bob", server.url)
	alice.press("settings-open")
	alice.evaluate(`(() => {
		const words = document.getElementById("words");
		words.value = "ass\n(spoiler), 悪い";
		words.dispatchEvent(new Event("change"));
	})()`)
	alice.press("settings-close")
	connect(alice, bob)
	for line, hides := range map[string]bool{
		"a class": false, "an ASS!": true, "a (spoiler) here": true, "no spoiler": false, "それは悪いです": true, "ａｓｓ": true,
	} {
		bob.say(line)
		shown := `[...document.querySelectorAll(".message.theirs")].at(-1)`
		alice.waitFor("the line has come", shown+`?.querySelector(".text").textContent === `+quote(line))
		if hidden := read[bool](alice, shown+`.querySelector(".text").offsetParent === null`); hidden != hides {
			t.Errorf("%q is hidden: %t, want %t", line, hidden, hides)
		}
		if hides {
			alice.do("show it", chromedp.Click(".message:last-child .reveal"))
			alice.waitFor("it is shown", shown+`.querySelector(".text").offsetParent !== null && `+shown+`.querySelector(".reveal") === null`)
		}
	}
}

//go:build !js

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// TestWriting presses keys and sends texts in one chat.
func TestWriting(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	connect(alice, bob)
	var said []string
	for _, step := range []struct {
		name  string
		write func(t *testing.T, alice *tab) (text string)
	}{
		{"composing", writeByComposing},
		{"keys", writeByKeys},
		{"blank", writeBlanks},
		{"two lines", writeTwoLines},
		{"too long", writeTooMuch},
	} {
		t.Run(step.name, func(t *testing.T) {
			said = append(said, step.write(t, alice))
			bob.shows(theirs(said...)...)
			alice.shows(mine(said...)...)
			alice.waitFor("the input is empty and has the focus", `document.activeElement.id === "input" && document.activeElement.value === ""`)
		})
	}
}

func writeByComposing(t *testing.T, alice *tab) string {
	t.Helper()
	alice.evaluate(`window.composing = []; document.getElementById("input").addEventListener("keydown", event => composing.push(event.isComposing))`)
	alice.do("compose", call(input.ImeSetComposition, input.ImeSetCompositionParams{Text: "にほん", SelectionStart: 3, SelectionEnd: 3}))
	alice.key(input.DispatchKeyEventParams{Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 229})
	alice.types("日本") // the composition ends with this text
	if composing := read[[]bool](alice, `composing`); len(composing) != 1 || !composing[0] {
		t.Fatalf("the browser did not compose: %v", composing)
	}
	if draft := read[string](alice, `document.getElementById("input").value`); draft != "日本" {
		t.Fatalf("draft %q, want what was composed", draft)
	}
	alice.enter()
	return "日本"
}

// writeByKeys presses keys as browsers and input methods report them: Safari ends a composition
// before the Enter that confirms it.
func writeByKeys(t *testing.T, alice *tab) string {
	t.Helper()
	alice.types("hello")
	press := func(key string) (prevented bool) {
		return read[bool](alice, `!document.getElementById("input").dispatchEvent(new KeyboardEvent("keydown", {bubbles: true, cancelable: true, `+key+`}))`)
	}
	for _, key := range []string{
		`key: "Enter", keyCode: 13, shiftKey: true`, `key: "Enter", keyCode: 229, isComposing: true`, `key: "Enter", keyCode: 229`,
		`key: "Enter", keyCode: 13, isComposing: true`, `key: "a", keyCode: 65`, `key: "Process", keyCode: 229`,
	} {
		if press(key) {
			t.Errorf("%s sends", key)
		}
	}
	for _, key := range []string{`key: "Escape", keyCode: 27, repeat: true`, `key: "Escape", keyCode: 229, isComposing: true`, `key: "Escape", keyCode: 229`} {
		press(key)
		if hint := read[string](alice, `document.getElementById("hint").textContent`); hint != "" {
			t.Errorf("%s: %s", key, hint)
		}
	}
	press(`key: "Escape", keyCode: 27`)
	alice.waitFor("Esc asks", `document.getElementById("hint").textContent === `+quote(ui.TextEscapeAgain.In(ui.English)))
	if !press(`key: "Enter", keyCode: 13`) {
		t.Error("Enter does not send")
	}
	return "hello"
}

func writeBlanks(t *testing.T, alice *tab) string {
	t.Helper()
	alice.enter()
	alice.types(" \u3000 ")
	alice.enter()
	if !read[bool](alice, `document.getElementById("send").disabled`) {
		t.Error("SEND can be pressed for a blank text")
	}
	alice.types("now")
	alice.press("send")
	return " \u3000 now"
}

func writeTwoLines(t *testing.T, alice *tab) string {
	t.Helper()
	const shift = 8 // Input.dispatchKeyEvent's modifier bit
	alice.types("one")
	alice.key(input.DispatchKeyEventParams{Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r", Modifiers: shift})
	alice.say("two")
	return "one\ntwo"
}

// writeTooMuch types more than a message may have: the rest is cut.
func writeTooMuch(t *testing.T, alice *tab) string {
	t.Helper()
	longest := strings.Repeat("字", ui.MaxText)
	alice.types(longest + "too much")
	alice.enter()
	return longest
}

func TestEverythingByKeyboard(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	focus := func(id string) {
		t.Helper()
		for range 20 {
			if read[string](alice, `document.activeElement.id`) == id {
				return
			}
			alice.key(input.DispatchKeyEventParams{Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9})
		}
		t.Fatalf("Tab does not reach #%s", id)
	}
	focus("start")
	alice.enter()
	alice.sees(ui.TextWaitingAlone)
	focus("stop")
	alice.enter()
	alice.sees(ui.TextStopped)
	focus("start")
	alice.enter()
	bob.press("start")
	alice.sees(ui.TextConnected)
	alice.say("typed")
	bob.shows(theirs("typed")...)
	alice.types("sent by button")
	focus("send")
	alice.enter()
	bob.shows(theirs("typed", "sent by button")...)
	focus("next")
	alice.enter()
	bob.sees(ui.TextPeerNext)
}

func TestReadersStayWhereTheyScrolled(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	connect(alice, bob)
	alice.say(burst("Alice")...)
	bob.waitFor("the end is in sight", fmt.Sprintf(`(() => {
		const messages = document.querySelectorAll(".message"), log = document.getElementById("log");
		return messages.length === %d && [...messages].at(-1).getBoundingClientRect().bottom <= log.getBoundingClientRect().bottom;
	})()`, bursts))
	bob.evaluate(`document.querySelectorAll(".message")[10].scrollIntoView(); window.top10 = document.querySelectorAll(".message")[10].getBoundingClientRect().top`)
	alice.say("one more")
	bob.waitFor("it came and the reader stays", fmt.Sprintf(`document.querySelectorAll(".message").length === %d &&
		Math.abs(document.querySelectorAll(".message")[10].getBoundingClientRect().top - top10) < 2`, bursts+1))
}

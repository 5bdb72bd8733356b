//go:build !js

package e2e

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

const (
	ground    = `getComputedStyle(document.body).backgroundColor`
	lightOnes = "rgb(246, 245, 241)"
	darkOnes  = "rgb(22, 22, 21)"
)

// TestSettingsAreAppliedAtOnce chooses each setting during a chat, which goes on, and loads the page again.
func TestSettingsAreAppliedAtOnce(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	alice.scheme("light")
	connect(alice, bob)
	alice.press("inside-open")
	alice.waitFor("the panel is open", `document.querySelector("#inside h2")?.textContent === "What happens inside"`)

	alice.chooses("language", "ja")
	alice.seesIn(ui.Japanese, ui.TextConnected)
	alice.waitFor("the suggestions are Japanese", `/[ぁ-ん]/.test(document.querySelector(".suggestion").textContent)`)
	alice.waitFor("the panel is Japanese", `document.querySelector("#inside h2").textContent === "内部で起きていること"`)
	if label := read[string](alice, `document.getElementById("input").ariaLabel`); label != ui.TextInputLabel.In(ui.Japanese) {
		t.Errorf("the input is read out as %q", label)
	}
	alice.chooses("theme", "dark")
	if color := read[string](alice, ground); color != darkOnes {
		t.Errorf("the ground is %s, want %s", color, darkOnes)
	}
	if colors := read[[]string](alice, `[...document.querySelectorAll("meta[name=theme-color]")].filter(({media}) => matchMedia(media).matches).map(({content}) => content)`); len(colors) != 1 || colors[0] != "#161615" {
		t.Errorf("the browser's own colors are %v", colors)
	}
	was := read[float64](alice, `parseFloat(getComputedStyle(document.documentElement).fontSize)`)
	alice.chooses("text", "150")
	if after := read[float64](alice, `parseFloat(getComputedStyle(document.documentElement).fontSize)`); after < 1.49*was || after > 1.51*was {
		t.Errorf("the text has %v px, and before %v px", after, was)
	}

	alice.press("settings-open")
	alice.escape()
	alice.waitFor("Esc closes the dialog", `!document.getElementById("settings-dialog").open`)
	if hint := read[string](alice, `document.getElementById("hint").textContent`); hint != "" {
		t.Errorf("Esc in the dialog says %q in the chat", hint)
	}
	alice.press("input")
	alice.say("まだいます")
	bob.shows(theirs("まだいます")...)
	bob.press("stop")

	// This is the page when its body begins, before anything of it is shown.
	alice.do("watch the page load", before(`new MutationObserver((_, observer) => {
		if (!document.body) return;
		observer.disconnect();
		const root = document.documentElement;
		window.first = [root.lang, root.style.colorScheme, root.style.getPropertyValue("--text-size")];
	}).observe(document, {childList: true, subtree: true})`))
	alice.load(server.url)
	if first := read[[]string](alice, `first`); first[0] != "ja" || first[1] != "dark" || first[2] != "1.5" {
		t.Errorf("the page begins with %v", first)
	}
	alice.seesIn(ui.Japanese, ui.TextIdle)
	for setting, value := range map[string]string{"language": "ja", "theme": "dark", "text": "150"} {
		alice.waitFor(setting+" is shown in the dialog", `(document.getElementById("settings-open").click(), document.querySelector("#settings-dialog [name=`+setting+`]:checked").value === `+quote(value)+`)`)
		alice.press("settings-close")
	}
	alice.chooses("theme", "auto")
	if color := read[string](alice, ground); color != lightOnes {
		t.Errorf("the ground is %s, want that of the system, %s", color, lightOnes)
	}
}

// TestSettingsOfNoUse loads the page where the storage holds what nobody can choose, and where it is
// broken: the page is as the browser wants it, and what is chosen counts until it is closed.
func TestSettingsOfNoUse(t *testing.T) {
	t.Parallel()
	server := serve(t)
	for name, script := range map[string]string{
		"rubbish":    `for (const name of ["language", "theme", "text"]) localStorage.setItem("wasmp2pchat." + name, "</script>constructor")`,
		"no storage": `Object.defineProperty(window, "localStorage", {get() { throw new Error("no storage") }})`,
	} {
		t.Run(name, func(t *testing.T) {
			alice := englishBrowser(t).newTab(t, "Alice")
			alice.do("break the storage", before(script))
			alice.load(server.url)
			alice.scheme("light")
			alice.sees(ui.TextIdle)
			if color := read[string](alice, ground); color != lightOnes {
				t.Errorf("the ground is %s, want %s", color, lightOnes)
			}
			alice.chooses("theme", "dark")
			alice.chooses("language", "ja")
			alice.seesIn(ui.Japanese, ui.TextIdle)
			if color := read[string](alice, ground); color != darkOnes {
				t.Errorf("the ground is %s, want %s", color, darkOnes)
			}
		})
	}
}

// TestSettingsOfAnotherTab chooses a language in one of two tabs of a person.
func TestSettingsOfAnotherTab(t *testing.T) {
	t.Parallel()
	chrome, server := newBrowser(t, "en-US"), serve(t)
	chrome.onePerson = true
	one, other := chrome.open(t, "one", server.url), chrome.open(t, "other", server.url)
	one.chooses("language", "ja")
	other.seesIn(ui.Japanese, ui.TextIdle)
}

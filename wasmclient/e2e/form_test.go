//go:build !js

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// smallestLog is how high the messages must be at least, in CSS pixels.
const smallestLog = 96

// opened returns two tabs with the page, in a language and with a size of the text in percent.
func opened(t *testing.T, language ui.Language, text string) (alice, bob *tab) {
	t.Helper()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob = chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	alice.chooses("language", string(language))
	if text != "100" {
		alice.chooses("text", text)
	}
	return alice, bob
}

// TestTheMessagesHaveRoom measures them in small windows, down to a phone on its side with its keyboard.
func TestTheMessagesHaveRoom(t *testing.T) {
	t.Parallel()
	alice, bob := opened(t, ui.English, "100")
	connect(alice, bob)
	measure := func(state string) {
		t.Helper()
		for _, screen := range [][2]int64{{844, 190}, {844, 390}, {667, 375}, {568, 320}, {390, 844}, {320, 568}, {390, 420}} {
			alice.resize(screen[0], screen[1])
			const inSight = `["log", "input", "next", "stop", "block"].filter(id => {
				const box = document.getElementById(id).getBoundingClientRect();
				return box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth;
			})`
			if height := read[float64](alice, `document.getElementById("log").getBoundingClientRect().height`); height < smallestLog {
				t.Errorf("%s: at %v the messages have %v px, want %d", state, screen, height, smallestLog)
			}
			if outside := read[[]string](alice, inSight); len(outside) > 0 {
				t.Errorf("%s: at %v, out of sight: %v", state, screen, outside)
			}
		}
	}
	measure("with suggestions")
	alice.say("hello")
	bob.say("hi")
	alice.shows(append(mine("hello"), theirs("hi")...)...)
	measure("with messages")
	alice.resize(844, 190)
	alice.press("next")
	measure("asked")
}

// TestStartIsInSight wants START to be there without scrolling, and nothing over it.
func TestStartIsInSight(t *testing.T) {
	t.Parallel()
	alice := englishBrowser(t).open(t, "Alice", serve(t).url)
	defer func() { alice.t = t }()
	for _, test := range []struct {
		language ui.Language
		text     string
		screens  [][2]int64
	}{
		{ui.English, "100", [][2]int64{{844, 390}, {844, 190}, {320, 568}, {390, 844}, {1280, 800}}},
		{ui.Japanese, "100", [][2]int64{{844, 390}, {844, 190}, {320, 568}, {390, 844}, {1280, 800}}},
		{ui.English, "200", [][2]int64{{844, 390}, {320, 568}, {390, 844}, {1280, 800}}},
		{ui.Japanese, "200", [][2]int64{{844, 390}, {320, 568}, {390, 844}, {1280, 800}}},
	} {
		t.Run(string(test.language)+" "+test.text, func(t *testing.T) {
			alice.t = t
			alice.chooses("language", string(test.language))
			alice.chooses("text", test.text)
			for _, screen := range test.screens {
				alice.resize(screen[0], screen[1])
				alice.evaluate(`document.getElementById("page").scrollTop = 0`)
				if !read[bool](alice, `(() => {
					const start = document.getElementById("start"), {left, right, top, bottom} = start.getBoundingClientRect();
					return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight &&
						[[left + right, 2 * top + 8], [left + right, 2 * bottom - 8]].every(([x, y]) => start.contains(document.elementFromPoint(x / 2, y / 2)));
				})()`) {
					t.Errorf("at %v START is at %v", screen, read[string](alice, `JSON.stringify(document.getElementById("start").getBoundingClientRect())`))
				}
			}
		})
	}
}

// TestForm leads a page through its states, and looks at each in small windows and both schemes. With
// the largest text, nothing may be too wide. In short, it looks only at the extremes: large
// English words are the widest, small Japanese ones the hardest to hit.
func TestForm(t *testing.T) {
	t.Parallel()
	screens := [][2]int64{{320, 568}, {390, 844}, {844, 390}, {844, 190}, {1280, 800}}
	texts := map[ui.Language][]string{ui.English: {"100", "200"}, ui.Japanese: {"100", "200"}}
	if testing.Short() {
		texts = map[ui.Language][]string{ui.English: {"200"}, ui.Japanese: {"100"}}
	}
	for language, texts := range texts {
		for _, text := range texts {
			t.Run(string(language)+" "+text, func(t *testing.T) {
				alice, bob := opened(t, language, text)
				throughStates(alice, bob, language, func(state string) {
					t.Helper()
					for _, screen := range screens {
						alice.resize(screen[0], screen[1])
						alice.hasNone("too wide", tooWide, state, screen)
						alice.hasNone("too small to hit", tooSmall, state, screen)
					}
					// The ground of an element may be faint while the pointer is over it.
					alice.do("move the pointer away", call(input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved}))
					for _, scheme := range schemes {
						alice.emulate("prefers-color-scheme", scheme, "prefers-reduced-motion", "reduce")
						alice.hasNone("too faint", tooFaint, state, scheme)
					}
				})
				alice.hasNone("from another origin", `performance.getEntriesByType("resource").map(({name}) => name).filter(name => new URL(name).origin !== location.origin)`)
			})
		}
	}
}

// hasNone fails the test if an expression finds faults.
func (tab *tab) hasNone(fault, expression string, where ...any) {
	tab.t.Helper()
	if found := read[[]string](tab, expression); len(found) > 0 {
		tab.t.Errorf("%v: %s:\n%s", where, fault, strings.Join(found, "\n"))
	}
}

// tooWide are the elements that reach out of the window, or that must be scrolled sideways.
const tooWide = `[...document.querySelectorAll("body, #page, #page > *, #page button, #page input, #log, .message, #inside, #inside *, #settings-dialog, #settings-dialog *")]
	.filter(element => element.getClientRects().length > 0 && !element.matches(".unseen, .name, .unseen *, .name *, svg *") && !element.closest("#suggestions"))
	.filter(element => {
		const box = element.getBoundingClientRect();
		const scrolls = getComputedStyle(element).overflowX === "auto" && element.scrollWidth > element.clientWidth;
		return scrolls || box.left < -0.5 || box.right > innerWidth + 0.5;
	})
	.map(element => element.tagName + "#" + element.id + "." + element.className)`

// throughStates leads a page through its states and looks at each.
func throughStates(alice, bob *tab, language ui.Language, look func(state string)) {
	alice.t.Helper()
	alice.press("own-interest")
	alice.types("a rather long interest of my own")
	alice.enter()
	look("start")
	alice.press("settings-open")
	look("settings")
	alice.press("settings-close")
	alice.press("check")
	alice.waitFor("the connection is checked", `document.querySelector("#found .none") !== null && !document.getElementById("check").disabled`)
	look("connection checked")
	alice.press("start")
	alice.seesIn(language, ui.TextWaitingInterests)
	look("waiting")
	alice.press("stop")
	alice.evaluate(`document.querySelector("#own button").click()`)
	alice.begins()
	bob.begins()
	alice.seesIn(language, ui.TextConnected)
	look("connected")
	alice.say("hello https://example.com/a/rather/long/address/that/never/ends?and=goes&on=and&on=for&ever")
	bob.say("hi")
	alice.waitFor("both have written", `document.querySelectorAll(".message").length === 2`)
	look("chat")
	alice.evaluate(`document.getElementById("next").click()`)
	look("asked")
	alice.evaluate(`document.getElementById("inside-open").click()`)
	alice.waitFor("the panel is open", `document.querySelector("#inside h2") !== null && document.getElementById("inside-pair") !== null`)
	alice.evaluate(`document.querySelectorAll("#inside .step summary").forEach(step => step.click())`)
	look("panel")
	alice.evaluate(`document.querySelector("#inside header button:last-child").click()`)
	bob.press("stop")
	alice.seesIn(language, ui.TextPeerLeft)
	look("left")
}

// tooSmall are the elements that can be pressed but have less than 44 CSS pixels one way (WCAG 2.2,
// 2.5.5). Links inside of a sentence may.
const tooSmall = `[...document.querySelectorAll("button, input, textarea, select, summary, a[href]")]
	.filter(element => element.checkVisibility() && !element.matches(".text a"))
	.map(element => element.closest("label") ?? element)
	.filter(element => Math.min(element.getBoundingClientRect().width, element.getBoundingClientRect().height) < 44)
	.map(element => [element.id, element.className, element.textContent, JSON.stringify(element.getBoundingClientRect())].join(" "))`

// tooFaint are the elements that can be used whose edge, or whose ground if they have no edge, has a
// contrast below 3 to the ground around them (WCAG 2.2, 1.4.11). What has neither is plain text.
const tooFaint = `(() => {
	const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
	const rgba = color => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data] };
	const luminance = color => rgba(color).slice(0, 3).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
		.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const contrast = (one, other) => { const [a, b] = [luminance(one), luminance(other)]; return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
	const clear = color => rgba(color)[3] === 0;
	const ground = element => { for (; element; element = element.parentElement) { const color = getComputedStyle(element).backgroundColor; if (!clear(color)) return color } return "white" };
	return [...document.querySelectorAll("button:enabled, #input, #own-interest, .switch input, .option")]
		.filter(element => element.checkVisibility() && !element.matches("#add-interest, :has(> :disabled)") && !element.disabled)
		.flatMap(element => {
			const style = getComputedStyle(element), around = ground(element.parentElement);
			const edge = style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) > 0 && !clear(style.borderTopColor) ? style.borderTopColor : style.backgroundColor;
			if (clear(edge)) return [];
			const ratio = contrast(edge, around);
			return ratio < 3 ? [[element.id, element.className, element.textContent, edge, "on", around, ratio.toFixed(2)].join(" ")] : [];
		});
})()`

// TestForcedColors looks at a page whose colors the person's system chooses: it must still
// show what can be used, what has the focus, what is chosen, and who has written what.
func TestForcedColors(t *testing.T) {
	t.Parallel()
	alice, bob := opened(t, ui.English, "100")
	alice.emulate("forced-colors", "active")
	alice.likes("music")
	edges := func(state, selector string) {
		t.Helper()
		if bare := read[[]string](alice, `[...document.querySelectorAll(`+quote(selector)+`)].filter(element => element.checkVisibility()).filter(element => {
			const {borderTopWidth, borderTopStyle, borderTopColor} = getComputedStyle(element), ground = getComputedStyle(document.body).backgroundColor;
			return parseFloat(borderTopWidth) === 0 || borderTopStyle === "none" || borderTopColor === ground || borderTopColor === "rgba(0, 0, 0, 0)";
		}).map(element => element.id + "." + element.className)`); len(bare) > 0 {
			t.Errorf("%s: no border: %v", state, bare)
		}
	}
	edges("start", "button, #own-interest, .switch input")
	const outline = `(({outlineStyle, outlineWidth}) => outlineStyle === "none" ? 0 : parseFloat(outlineWidth))(getComputedStyle(%s))`
	if width := read[float64](alice, fmt.Sprintf(outline, `document.querySelector(".interest[aria-pressed=true]")`)); width < 2 {
		t.Errorf("what is chosen has an outline of %v px", width)
	}
	alice.evaluate(`document.getElementById("start").focus({focusVisible: true})`)
	if width := read[float64](alice, fmt.Sprintf(outline, `document.activeElement`)); width < 2 {
		t.Errorf("the focus has an outline of %v px", width)
	}
	connect(alice, bob)
	alice.say("hello")
	bob.say("hi")
	alice.shows(append(mine("hello"), theirs("hi")...)...)
	edges("chat", "button, #input, .message .text, #log")
	if same := read[bool](alice, `new Set([...document.querySelectorAll(".message .text")].map(text => getComputedStyle(text).borderTopColor)).size === 1`); same {
		t.Error("the messages of the two look the same")
	}
}

// TestReducedMotion counts what moves while somebody waits.
func TestReducedMotion(t *testing.T) {
	t.Parallel()
	alice := englishBrowser(t).open(t, "Alice", serve(t).url)
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	alice.emulate("prefers-reduced-motion", "no-preference")
	alice.waitFor("the status breathes", `document.getAnimations().length > 0`)
	alice.emulate("prefers-reduced-motion", "reduce")
	alice.waitFor("nothing moves", `document.getAnimations().length === 0`)
}

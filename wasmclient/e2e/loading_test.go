//go:build !js

package e2e

import (
	"regexp"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

const statusText = `document.getElementById("status").innerText`

// blocked lets the browser load no file whose address has this part; "" lets it load
// all of them.
func blocked(part string) chromedp.Action[chromedp.Void] {
	var patterns []*network.BlockPattern
	if part != "" {
		patterns = append(patterns, &network.BlockPattern{URLPattern: "http://*:*" + part + "*", Block: true})
	}
	return call(network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: patterns})
}

// before runs a script before those of the page.
func before(script string) chromedp.Action[chromedp.Void] {
	return call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

// fetchAnswers lets the page's fetch return something else, but for the calls of the
// client.
func fetchAnswers(response string) chromedp.Action[chromedp.Void] {
	return before(`const original = window.fetch; window.fetch = (what, options) =>
		String(what).includes("client.wasm") ? ` + response + ` : original(what, options)`)
}

const (
	shownRetry   = `!document.getElementById("retry").hidden && document.getElementById("start").hidden`
	hiddenRetry  = `document.getElementById("retry").hidden`
	cannotReach  = "The page could not be loaded: the server cannot be reached."
	needsWebRTC  = "This browser lacks what this page needs: WebRTC."
	needsScripts = "This page needs JavaScript and WebAssembly.\nこのページには JavaScript と WebAssembly が必要です。"
)

func TestThePageSaysWhyItCannotStart(t *testing.T) {
	t.Parallel()
	server := serve(t)
	for _, test := range []struct {
		name    string
		prepare chromedp.Action[chromedp.Void]
		status  string
		then    string // a condition
	}{
		{"the client does not load", blocked("/dist/client.wasm"), cannotReach, shownRetry},
		{"its loader does not load", blocked("/dist/wasm_exec.js"), cannotReach, shownRetry},
		{"the server has no client", fetchAnswers(`Promise.resolve(new Response("", {status: 503}))`),
			"The page could not be loaded: the server answered 503.", shownRetry},
		{"the client is no program", fetchAnswers(`Promise.resolve(new Response("rubbish", {headers: {"Content-Type": "application/wasm"}}))`),
			"This browser cannot run the program of this page.", shownRetry},
		{"no WebRTC", before(`delete window.RTCPeerConnection`), needsWebRTC, shownRetry},
		{"no WebAssembly, and more", before(`delete window.WebAssembly; delete window.AbortController`),
			"This browser lacks what this page needs: WebAssembly, AbortController.", shownRetry},
		{"no JavaScript", call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), needsScripts, hiddenRetry},
	} {
		t.Run(test.name, func(t *testing.T) {
			tab := englishBrowser(t).newTab(t, "Alice", "net::ERR_BLOCKED_BY_CLIENT", "Failed to fetch", "[object Event]", "error: answered 503", "could not be loaded", "CompileError", "Event")
			tab.do("open the page", test.prepare, chromedp.Navigate(server.url))
			tab.waitFor("the status says why", statusText+` === `+quote(test.status))
			if !read[bool](tab, `document.getElementById("start").disabled`) {
				t.Error("START can be pressed")
			}
			if !read[bool](tab, test.then) {
				t.Errorf("not so: %s", test.then)
			}
		})
	}
}

// TestRetry lets the client not load, and then load: RETRY loads it without another
// page.
func TestRetry(t *testing.T) {
	t.Parallel()
	server := serve(t)
	for _, file := range []string{"/dist/client.wasm", "/dist/wasm_exec.js"} {
		tab := englishBrowser(t).newTab(t, "Alice", "net::ERR_BLOCKED_BY_CLIENT", "Failed to fetch", "Event")
		tab.do("open the page", blocked(file), chromedp.Navigate(server.url))
		tab.waitFor("the status says why", statusText+` === `+quote(cannotReach))
		tab.do("load what was blocked", blocked(""))
		tab.press("retry")
		tab.waitFor("the client runs", running)
		tab.press("start")
		tab.sees(ui.TextWaitingAlone)
		tab.press("stop")
	}
}

// TestAScriptThatFails lets what draws the page throw: the page says that it has stopped, and
// RETRY loads another.
func TestAScriptThatFails(t *testing.T) {
	t.Parallel()
	tab := englishBrowser(t).open(t, "Alice", serve(t).url, "it cannot draw", "Go program has already exited")
	tab.evaluate(`chatPage.show = () => { throw new Error("it cannot draw"); }; dispatchEvent(new Event("languagechange"))`)
	tab.waitFor("the status says so", statusText+` === "The page stopped working."`)
	tab.evaluate(`document.getElementById("input").dispatchEvent(new Event("input"))`) // nobody hears it
	tab.press("retry")
	tab.waitFor("another client runs", running)
}

// TestASlowLine loads the page over a line on which the client takes seconds: the text is
// painted before the client has come, the bar says how much has, and START counts although it
// is pressed before the client runs.
func TestASlowLine(t *testing.T) {
	t.Parallel()
	server := serve(t)
	const kilobytes = 200 // a second
	slow := call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Latency: 300, DownloadThroughput: kilobytes << 10, UploadThroughput: kilobytes << 10}},
	})
	tab := englishBrowser(t).newTab(t, "Alice")
	tab.do("open the page", call(network.Enable, network.EnableParams{}), slow, before(`
		window.bar = [];
		document.addEventListener("readystatechange", () => {
			new MutationObserver(() => bar.push([document.getElementById("progress").value, loaded.textContent])).observe(document.getElementById("loaded"), {childList: true});
		}, {once: true});`))
	tab.evaluate(`setTimeout(() => location.href = ` + quote(server.url) + `)`)
	tab.waitFor("there is text", `document.getElementById("headline")?.innerText === "Talk with a stranger" && `+statusText+` === "Loading…"`)
	tab.press("start")
	tab.waitFor("START is remembered", statusText+` === "Loading… It starts as soon as it can."`)
	tab.sees(ui.TextWaitingAlone)

	bar := read[[][]any](tab, `bar`)
	middle := bar[len(bar)/2]
	share, isNumber := middle[0].(float64)
	if text, _ := middle[1].(string); !isNumber || share < 0.1 || share > 0.9 || !regexp.MustCompile(`^0\.\d\d of [01]\.\d\d MB$`).MatchString(text) {
		t.Errorf("halfway the bar is at %v and says %v, of %d", middle[0], middle[1], len(bar))
	}
	early := read[[]string](tab, `performance.getEntriesByType("resource")
		.filter((file) => file.responseEnd <= performance.getEntriesByName("first-contentful-paint")[0].startTime)
		.map((file) => new URL(file.name).pathname.replace(/.*\//, ""))`)
	t.Logf("before the text came %q", early)
	if slices.Contains(early, "client.wasm") {
		t.Errorf("the text is painted after the client has come, and %q", early)
	}
}

// Whether the browser kept the page or loads it anew is its own choice.
func TestAPageOfThePastIsIdle(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob := chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	connect(alice, bob)
	alice.say("bye")
	bob.shows(theirs("bye")...)
	alice.do("go elsewhere", chromedp.Navigate("about:blank"))
	bob.sees(ui.TextPeerClosed)
	alice.evaluate(`setTimeout(() => history.back())`)
	alice.waitFor("the page is back", running)
	alice.sees(ui.TextIdle)
	alice.shows()
	bob.press("next")
	alice.evaluate(`document.getElementById("start").click()`) // chromedp does not know elements of a page that was kept
	alice.sees(ui.TextConnected)
	bob.sees(ui.TextConnected)
}

//go:build !js

package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

const statusText = `document.getElementById("status").innerText`

func TestThePageSaysWhyItCannotStart(t *testing.T) {
	t.Parallel()
	server := serve(t)
	for _, test := range []struct {
		name    string
		prepare chromedp.Action[chromedp.Void]
		status  string
	}{
		{"the client does not load", call(network.SetBlockedURLs, network.SetBlockedURLsParams{
			URLPatterns: []*network.BlockPattern{{URLPattern: "http://*:*/dist/client.wasm", Block: true}},
		}), "The page could not be loaded. Please check your connection and reload."},
		{"its loader does not load", call(network.SetBlockedURLs, network.SetBlockedURLsParams{
			URLPatterns: []*network.BlockPattern{{URLPattern: "http://*:*/dist/wasm_exec.js", Block: true}},
		}), "The page could not be loaded. Please check your connection and reload."},
		{"no WebRTC", call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: `delete window.RTCPeerConnection`,
		}), "This browser cannot run this page: it needs WebAssembly and WebRTC."},
		{"no WebAssembly", call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: `delete window.WebAssembly`,
		}), "This browser cannot run this page: it needs WebAssembly and WebRTC."},
		{"no JavaScript", call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}),
			"This page needs JavaScript and WebAssembly.\nこのページには JavaScript と WebAssembly が必要です。"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tab := englishBrowser(t).newTab(t, "Alice", "net::ERR_BLOCKED_BY_CLIENT", "Failed to fetch", "Go is not defined")
			tab.do("open the page", test.prepare, chromedp.Navigate(server.url))
			tab.waitFor("the status says why", statusText+` === `+quote(test.status))
			if !read[bool](tab, `document.getElementById("start").disabled`) {
				t.Error("START can be pressed")
			}
		})
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
	alice.waitFor("the page is back", `document.getElementById("start")?.disabled === false`)
	alice.sees(ui.TextIdle)
	alice.shows()
	bob.press("next")
	alice.evaluate(`document.getElementById("start").click()`) // chromedp does not know elements of a page that was kept
	alice.sees(ui.TextConnected)
	bob.sees(ui.TextConnected)
}

//go:build !js

package e2e

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/network"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// released says that the panel shows that a chat needs the server no longer, since it was
// interrupted last.
const released = `(keys => keys.lastIndexOf("released") > keys.lastIndexOf("interrupted"))([...document.querySelectorAll("#inside .step")].map(({dataset}) => dataset.key))`

// looking opens two pages that talk, the first one with its panel.
func looking(t *testing.T, server program) (looks, other *tab) {
	t.Helper()
	chrome := englishBrowser(t)
	looks, other = chrome.open(t, "who looks inside", server.url), chrome.open(t, "the other", server.url)
	looks.press("inside-open")
	looks.waitFor("the panel is open", `!document.getElementById("inside").hidden`)
	connect(looks, other)
	looks.waitFor("the server is not needed", released)
	return looks, other
}

// breakIt presses a button of "Break it", and returns when both have seen an interruption,
// which may be short, and are connected again. A person who still has a stream of the server
// takes a new path at once, without an interruption.
func breakIt(button string, looks, other person) {
	looks.waitFor("it is possible to try "+button, `!document.getElementById("inside-`+button+`").disabled`)
	for _, person := range []person{looks, other} {
		person.evaluate(`statuses.length = 0`)
	}
	looks.evaluate(`document.getElementById("inside-` + button + `").click()`)
	for _, person := range []person{looks, other} {
		person.waitFor("the chat was interrupted", `statuses.some(status => status.Text === `+quote(ui.TextInterrupted.In(ui.English))+`)`)
		person.sees(ui.TextConnectedAgain)
	}
}

// fragments are the ICE user names of the descriptions that the panel exports, by kind.
const fragments = `JSON.parse(clientLoaded.inside.snapshot(0, 0)).steps
	.filter(({key}) => key.startsWith("local_description") || key.startsWith("remote_description"))
	.map(({message}) => message.match(/a=ice-ufrag:(.*)/)[1])`

// TestBreakItRestartsICE lets a person restart ICE: both sides take new names, the timeline
// shows it, and the chat goes on. There is no TURN server, and the panel says so.
func TestBreakItRestartsICE(t *testing.T) {
	t.Parallel()
	looks, other := looking(t, serve(t))
	before := read[[]string](looks, fragments)
	looks.waitFor("only relays are impossible", `document.getElementById("inside-relay-only").disabled && !document.getElementById("inside-no-relay").hidden`)
	breakIt("restart", looks, other)
	after := read[[]string](looks, fragments)
	fresh := slices.DeleteFunc(after, func(name string) bool { return slices.Contains(before, name) })
	if slices.Sort(fresh); len(slices.Compact(fresh)) != 2 {
		t.Errorf("the new names are %v, want one of each side; before: %v", fresh, before)
	}
	looks.waitFor("the timeline shows it", `["interrupted", "restart", "restored"].every((key) => document.querySelector('#inside .step[data-key="' + key + '"]') !== null)`)
	looks.say("on a new path")
	other.shows(theirs("on a new path")...)
}

// TestBreakItRelaysOnly lets a person go through the TURN server only.
func TestBreakItRelaysOnly(t *testing.T) {
	t.Parallel()
	looks, other := looking(t, serveRelay(t))
	looks.waitFor("the path is direct", `/^(host|srflx|prflx)/.test(document.querySelector("#inside tr.selected")?.textContent)`)
	breakIt("relay-only", looks, other)
	looks.waitFor("the relay is chosen", `document.querySelector("#inside tr.selected")?.textContent.startsWith("relay")`)
	looks.waitFor("the panel says so", `document.getElementById("inside-bytes-zero").textContent.includes("TURN")`)
	looks.say("by a detour")
	other.shows(theirs("by a detour")...)
}

// TestInsideIsLoadedAgain opens the panel while its words cannot be fetched.
func TestInsideIsLoadedAgain(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	looks := chrome.open(t, "who looks inside", server.url, "ERR_BLOCKED_BY_CLIENT")
	block := func(file string) {
		pattern := &network.BlockPattern{URLPattern: "*://*:*/" + file, Block: true}
		looks.do("block "+file, call(network.Enable, network.EnableParams{}),
			call(network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{pattern}}))
	}
	for _, missing := range []string{"inside.en.html", "inside.css"} {
		block(missing)
		looks.press("inside-open")
		looks.waitFor("the panel says that "+missing+" is missing", `document.getElementById("inside").innerText.includes("could not be loaded")`)
	}
	block("nothing")
	looks.evaluate(`document.querySelector("#inside button").click()`)
	looks.waitFor("the panel is open", `document.querySelector("#inside h2") !== null && !document.getElementById("inside").hidden && !document.getElementById("inside").classList.contains("missing")`)
}

//go:build !js

package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/e2e/marionette"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// fox is a person with the page open in Firefox.
type fox struct {
	t      *testing.T
	name   string
	window *marionette.Window
}

func openFox(t *testing.T, firefox *marionette.Browser, name, url string) *fox {
	t.Helper()
	window, err := firefox.Open(url)
	if err != nil {
		t.Fatalf("%s: open the page: %v", name, err)
	}
	f := &fox{t, name, window}
	f.waitFor("the client runs", running)
	return f
}

func (f *fox) evaluate(expression string, result any) {
	f.t.Helper()
	if err := f.window.Evaluate(expression, result); err != nil {
		f.t.Fatalf("%s: %v", f.name, err)
	}
}

func (f *fox) waitFor(what, condition string) {
	f.t.Helper()
	deadline := time.Now().Add(patience)
	for holds := false; !holds; {
		f.evaluate(condition, &holds)
		if time.Now().After(deadline) {
			var text string
			f.evaluate(`document.body.innerText`, &text)
			f.t.Fatalf("%s: waited until %s\nthe page shows:\n%s", f.name, what, text)
		}
		if !holds {
			<-time.After(pollInterval)
		}
	}
}

func (f *fox) press(button string) {
	f.t.Helper()
	f.evaluate(`document.getElementById(`+quote(button)+`).click()`, nil)
}

func (f *fox) sees(status ui.Text) {
	f.t.Helper()
	text := status.In(ui.English)
	f.waitFor(fmt.Sprintf("the status is %q", text), `document.getElementById("status").textContent === `+quote(text))
}

func (f *fox) say(text string) {
	f.t.Helper()
	f.evaluate(`(() => {
		const input = document.getElementById("input");
		input.value = `+quote(text)+`;
		input.dispatchEvent(new Event("input"));
		document.getElementById("send").click();
	})()`, nil)
}

func (f *fox) shows(text string) {
	f.t.Helper()
	f.waitFor("it shows "+text, `[...document.querySelectorAll(".message.theirs .text")].some((line) => line.innerText === `+quote(text)+`)`)
}

// noteReports makes a page keep what it reports to the server of its connections.
const noteReports = `(() => {
	window.reports = [];
	const original = window.fetch;
	window.fetch = function (address, options) {
		if (String(address).endsWith("/ReportOutcome")) reports.push(new TextDecoder().decode(options.body));
		return original.apply(this, arguments);
	};
})()`

// reported says that the types of both candidates are in a report.
const reported = `reports.some((report) => (report.match(/host|prflx/g) ?? []).length === 2)`

// TestFirefoxAndChromium lets each wait for the other one, which offers then, and talk
// both ways; then two windows of Firefox, one of which is closed. No other test runs
// beside this one: Firefox takes both cores while it starts.
func TestFirefoxAndChromium(t *testing.T) {
	server := serve(t)
	firefox, err := marionette.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(firefox.Close)
	alice, bob := openFox(t, firefox, "Alice", server.url), newBrowser(t, "en-US").open(t, "Bob", server.url)
	alice.evaluate(noteReports, nil)
	bob.evaluate(noteReports)
	talk := func() {
		t.Helper()
		alice.sees(ui.TextConnected)
		bob.sees(ui.TextConnected)
		alice.say("from Firefox")
		bob.shows(theirs("from Firefox")...)
		bob.say("from Chromium")
		alice.shows("from Chromium")
	}
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	bob.press("start")
	talk()
	alice.waitFor("she reports what path there is", reported) // who has waited reports
	alice.press("stop")
	bob.sees(ui.TextPeerLeft)
	bob.press("next")
	bob.sees(ui.TextWaitingAlone)
	alice.press("next")
	talk()
	bob.waitFor("he reports what path there is", reported)
	bob.press("stop")
	alice.sees(ui.TextPeerLeft)
	twoFoxes(t, firefox, server.url)
}

// twoFoxes lets two windows talk, and one of them be loaded again.
func twoFoxes(t *testing.T, firefox *marionette.Browser, url string) {
	t.Helper()
	alice, bob := openFox(t, firefox, "Alice", url), openFox(t, firefox, "Bob", url)
	alice.press("start")
	alice.sees(ui.TextWaitingAlone)
	bob.press("start")
	alice.sees(ui.TextConnected)
	bob.sees(ui.TextConnected)
	alice.say("hello")
	bob.shows("hello")
	bob.say("hello, too")
	alice.shows("hello, too")
	bob.evaluate(`setTimeout(() => location.reload())`, nil)
	alice.sees(ui.TextPeerClosed)
}

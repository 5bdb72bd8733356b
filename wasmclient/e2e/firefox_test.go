//go:build !js

package e2e

import (
	"fmt"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/e2e/marionette"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// noteReports makes a page keep what it reports to the server of its connections.
const noteReports = `(() => {
	window.reports = [];
	const original = window.fetch;
	window.fetch = function (address, options) {
		if (String(address).endsWith("/ReportOutcome")) reports.push(new TextDecoder().decode(options.body));
		return original.apply(window, arguments);
	};
})()`

// reported says that the types of both candidates are in a report.
const reported = `reports.some((report) => (report.match(/host|prflx/g) ?? []).length === 2)`

// TestFirefox leads two people with Firefox and one with Chromium through chats: each browser
// waits for each other one, sends a file to it, repairs the connection, leaves by NEXT and by
// STOP, and sees the other leave.
func TestFirefox(t *testing.T) {
	server := serve(t)
	firefox, err := marionette.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(firefox.Close)
	t.Parallel() // not before: Firefox takes both cores while it starts, and others measure time
	alice, bob := openFox(t, firefox, "Alice, Firefox", server.url), openFox(t, firefox, "Bob, Firefox", server.url)
	carol := englishBrowser(t).open(t, "Carol, Chromium", server.url)
	for _, person := range []person{alice, bob, carol} {
		prepare(person)
	}

	t.Log("Chromium comes to Firefox")
	meets(alice, carol)
	talks(alice, carol)
	alice.waitFor("she reports what path there is", reported) // who has waited reports
	sends(t, alice, carol)
	sends(t, carol, alice)
	repairs("restart", alice, carol)
	alice.press("stop")
	carol.sees(ui.TextPeerLeft)

	t.Log("Firefox comes to Chromium")
	meets(carol, alice)
	talks(carol, alice)
	carol.waitFor("she reports what path there is", reported)
	repairs("restart", carol, alice)
	carol.press("stop")
	alice.sees(ui.TextPeerLeft)

	t.Log("NEXT, from partner to partner")
	meets(alice, carol)
	carol.leaves()
	alice.sees(ui.TextPeerNext)
	carol.sees(ui.TextWaitingAlone)
	bob.begins()
	talks(carol, bob)
	bob.leaves()
	carol.sees(ui.TextPeerNext)
	bob.sees(ui.TextWaitingAlone)

	t.Log("Firefox comes to Firefox")
	alice.begins()
	talks(alice, bob)
	sends(t, alice, bob)
	repairs("vanish", alice, bob)
	repairs("restart", bob, alice)
	alice.evaluate(`setTimeout(() => location.reload())`)
	bob.sees(ui.TextPeerClosed)
	alice.ready()
	meets(bob, alice)
	alice.evaluate(`statuses.length = 0`)
	bob.close()
	// Firefox may end the page before its goodbye is sent, but it closes the connection.
	alice.waitFor("she sees that he is gone", fmt.Sprintf(`statuses.some(({Text}) => [%s, %s].includes(Text))`,
		quote(ui.TextPeerClosed.In(ui.English)), quote(ui.TextPeerGone.In(ui.English))))
}

// prepare makes a page ready for a walk: it notes what happens, saves files without a
// question, and shows the panel.
func prepare(person person) {
	person.evaluate(noteReports)
	person.evaluate(noPicker)
	person.evaluate(watchSaved)
	person.press("inside-open")
	person.waitFor("the panel is open", `document.querySelector("#inside h2") !== null`)
}

// meets lets one person wait and another come.
func meets(waits, comes person) {
	waits.begins()
	waits.sees(ui.TextWaitingAlone)
	comes.begins()
	waits.sees(ui.TextConnected)
	comes.sees(ui.TextConnected)
}

// talks exchanges the first messages of a chat.
func talks(one, other person) {
	one.sees(ui.TextConnected)
	other.sees(ui.TextConnected)
	one.say("hello 👋", "<b>日本語</b>")
	other.shows(theirs("hello 👋", "<b>日本語</b>")...)
	other.say("hi")
	one.shows(append(mine("hello 👋", "<b>日本語</b>"), theirs("hi")...)...)
}

// repairs breaks a chat by the panel and waits until it is repaired and goes on.
func repairs(button string, breaks, other person) {
	for _, person := range []person{breaks, other} {
		person.waitFor("the server is not needed", released)
	}
	breakIt(button, breaks, other)
	said := "after " + button
	breaks.say(said)
	other.waitFor("it has arrived", `[...document.querySelectorAll(".theirs .text")].at(-1).textContent === `+quote(said))
	other.say("and back, " + said)
	breaks.waitFor("it has arrived", `[...document.querySelectorAll(".theirs .text")].at(-1).textContent === `+quote("and back, "+said))
}

// sends lets one person send a file to another, who saves it.
func sends(t *testing.T, from, to person) {
	t.Helper()
	script, want := made("a.bin", 3_000_000)
	from.waitFor("files can be sent", `!document.getElementById("attach").hidden`)
	from.picks(script)
	seesFile(to, fileOffered)
	to.evaluate(`[...document.querySelectorAll("[data-file=accept]")].at(-1).click()`)
	seesFile(from, fileArrived)
	seesFile(to, fileReceived)
	if name, hash := to.savedHash(); name != "a.bin" || hash != want {
		t.Errorf("saved %q with the hash %s, want %s", name, hash, want)
	}
}

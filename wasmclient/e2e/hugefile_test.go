//go:build !js

package e2e

import (
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/e2e/marionette"
)

// hugePart makes 8 MB of which no two places are alike for long.
const hugePart = `(() => {
	const part = new Uint8Array(8_000_000);
	for (let i = 0; i < part.length; i++) part[i] = i * 31 >> 3;
	return part;
})()`

// hugeFile makes a file of 2 GB without as much memory: 250 times the same part.
const hugeFile = `new File(Array(250).fill(new Blob([` + hugePart + `])), "huge.bin")`

// compareParts compares the hash of each part of what was saved, and notes what differs. To
// compare each byte takes Firefox minutes.
const compareParts = `(async () => {
	window.faults = undefined;
	const hash = async (part) => String(new Uint8Array(await crypto.subtle.digest("SHA-256", part)));
	const saved = window.savedFiles.get([...document.querySelectorAll("a[download]")].at(-1).href);
	const want = await hash(` + hugePart + `);
	for (let at = 0; at < saved.size; at += 8_000_000) {
		if (await hash(await saved.slice(at, at + 8_000_000).arrayBuffer()) !== want) return "differs after " + at;
	}
	return saved.size === 2_000_000_000 ? "" : saved.size + " bytes";
})().then((faults) => { window.faults = faults; }, (error) => { window.faults = String(error); })`

// TestTwoGigabytes sends as much as the page accepts, from Chromium to Firefox and from Firefox
// to Chromium, which both save it without a dialog, in their own files.
func TestTwoGigabytes(t *testing.T) {
	if testing.Short() {
		t.Skip("make test-full sends it, for minutes")
	}
	server := serve(t)
	firefox, err := marionette.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(firefox.Close)
	chrome := newBrowser(t, "en-US")
	chrome.onePerson = true // Chromium keeps the files of private windows in memory, and less than it says
	alice, carol := openFox(t, firefox, "Alice, Firefox", server.url), chrome.open(t, "Carol, Chromium", server.url)
	for _, person := range []person{alice, carol} {
		person.evaluate(noPicker)
		person.evaluate(watchSaved)
	}
	meets(alice, carol)
	for _, way := range [][2]person{{alice, carol}, {carol, alice}} {
		from, to := way[0], way[1]
		began := time.Now()
		from.waitFor("files can be sent", `!document.getElementById("attach").hidden`)
		from.picks(hugeFile)
		seesFile(to, fileOffered)
		to.evaluate(`[...document.querySelectorAll("[data-file=accept]")].at(-1).click()`)
		takesLong(to, `["done", "failed"].includes([...document.querySelectorAll(".message .file")].at(-1).dataset.stage)`)
		seesFile(to, fileReceived)
		seesFile(from, fileArrived)
		t.Logf("2 GB in %v", time.Since(began).Round(time.Second))
		to.waitFor("it can be saved", canBeSaved)
		to.evaluate(`void ` + compareParts)
		takesLong(to, `window.faults !== undefined`)
		to.waitFor("what was saved is what was sent", `window.faults === ""`)
	}
}

// takesLong waits for a condition that comes after minutes.
func takesLong(person person, condition string) {
	for deadline := time.Now().Add(20 * time.Minute); !person.holds(condition) && time.Now().Before(deadline); {
		time.Sleep(time.Second)
	}
}

//go:build !js

package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// picker stands for the dialog that asks where to save: the person closes it the first time, and
// then picks a place. A test cannot answer the browser's own.
const picker = `(() => {
	window.asked = [];
	window.showSaveFilePicker = async ({suggestedName}) => {
		asked.push(suggestedName);
		if (asked.length === 1) throw new DOMException("The user aborted a request.", "AbortError");
		return (await navigator.storage.getDirectory()).getFileHandle("picked", {create: true});
	};
})()`

// hashPicked is the SHA-256 of the file in that place.
const hashPicked = `(async () => {
	const handle = await (await navigator.storage.getDirectory()).getFileHandle("picked");
	return (` + sha256Of + `)(await handle.getFile());
})()`

// TestAFileIsSavedWhereThePersonSays closes the dialog once, which leaves the offer as it was, and
// then picks a place, where the file is when all has come.
func TestAFileIsSavedWhereThePersonSays(t *testing.T) {
	t.Parallel()
	alice, bob := meet(t)
	bob.evaluate(picker)
	script, want := made("a.bin", 3_000_000)
	alice.picks(script)
	bob.seesFile(fileOffered)
	bob.answers("accept")
	bob.waitFor("the person was asked", `asked.length === 1`)
	bob.seesFile(fileOffered)
	bob.answers("accept")
	alice.arrives(fileArrived)
	bob.arrives(fileReceived)
	got, err := chromedp.Run(bob.ctx, chromedp.Evaluate[string](hashPicked, chromedp.EvalAwaitPromise))
	if err != nil || got != want {
		t.Errorf("saved with the hash %s, want %s; %v", got, want, err)
	}
	if names := read[[]string](bob, `asked`); names[1] != "a.bin" {
		t.Errorf("asked for the places of %q", names)
	}
	if read[bool](bob, `document.querySelector("a[download]") !== null`) {
		t.Error("what is saved already can be saved again")
	}
}

//go:build !js

package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// noPicker lets the page save into the browser's own files: a test cannot answer the dialog
// that asks where.
const noPicker = `window.showSaveFilePicker = undefined`

// Notes of files, of files.js.
const (
	fileOffered          = "Your partner offers a file. Accept only what you expect."
	pictureOffered       = "Your partner offers a picture. You see it only if you accept."
	fileWaits            = "Waiting for your partner to accept…"
	pictureWaits         = "Without location data. Waiting for your partner to accept…"
	fileArrived          = "Your partner has it."
	fileReceived         = "Complete, and checked."
	fileDeclined         = "Your partner declined."
	fileDeclinedByYou    = "You declined."
	fileStopped          = "You canceled."
	fileStoppedByPartner = "Your partner canceled."
)

// meet opens two pages whose people talk and can send files.
func meet(t *testing.T) (alice, bob *tab) {
	t.Helper()
	chrome, server := englishBrowser(t), serve(t)
	alice, bob = chrome.open(t, "Alice", server.url), chrome.open(t, "Bob", server.url)
	for _, tab := range []*tab{alice, bob} {
		tab.evaluate(noPicker)
	}
	connect(alice, bob)
	for _, tab := range []*tab{alice, bob} {
		tab.waitFor("files can be sent", `!document.getElementById("attach").hidden`)
	}
	return alice, bob
}

// picks lets the person choose a file that a script makes.
func (tab *tab) picks(script string) {
	tab.t.Helper()
	tab.do("choose a file", chromedp.Evaluate[chromedp.Void](picking(script), chromedp.EvalAwaitPromise))
}

// picking is a script that lets the person choose a file that another script makes.
func picking(script string) string {
	return fmt.Sprintf(`(async () => {
		const file = await (%s), data = new DataTransfer(), pick = document.getElementById("pick");
		data.items.add(file);
		pick.files = data.files;
		pick.dispatchEvent(new Event("change"));
	})()`, script)
}

// seesFile waits for the note of the latest file.
func (tab *tab) seesFile(note string) {
	tab.t.Helper()
	seesFile(tab, note)
}

// seesFile waits for the note of the latest file that a person sees.
func seesFile(person person, note string) {
	person.waitFor(fmt.Sprintf("the file says %q", note), `[...document.querySelectorAll(".file-note")].at(-1)?.textContent === `+quote(note))
}

// transfer is how long a file may take to pass on a machine that is busy.
const transfer = 3 * time.Minute

// arrives waits until the latest file has arrived.
func (tab *tab) arrives(note string) {
	tab.t.Helper()
	for deadline := time.Now().Add(transfer); time.Now().Before(deadline); time.Sleep(pollInterval) {
		if read[bool](tab, `["done", "failed"].includes([...document.querySelectorAll(".message .file")].at(-1).dataset.stage)`) {
			break
		}
	}
	tab.seesFile(note)
}

// answers presses a control of the latest file.
func (tab *tab) answers(control string) {
	tab.t.Helper()
	tab.evaluate(fmt.Sprintf(`[...document.querySelectorAll("[data-file=%s]")].at(-1).focus()`, control))
	tab.enter()
}

// savedHash returns the SHA-256 of what the last SAVE saves, and its name.
func (tab *tab) savedHash() (name, hash string) {
	tab.t.Helper()
	tab.waitFor("it can be saved", canBeSaved)
	saved, err := chromedp.Run(tab.ctx, chromedp.Evaluate[[]string](hashSaved, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("%s: hash what was saved: %v", tab.name, err)
	}
	return saved[0], saved[1]
}

const canBeSaved = `document.querySelector("a[download]") !== null`

// hashSaved is the name of the last file that can be saved, and its SHA-256.
const hashSaved = `(async () => {
	const link = [...document.querySelectorAll("a[download]")].at(-1);
	return [link.download, await (` + sha256Of + `)(window.savedFiles.get(link.href))];
})()`

// sha256Of is a function in JavaScript that returns the SHA-256 of a file.
const sha256Of = `async (file) => {
	const hash = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
	return [...new Uint8Array(hash)].map(byte => byte.toString(16).padStart(2, "0")).join("");
}`

// watchSaved notes what addresses of blobs stand for: the page's policy lets nothing fetch them.
const watchSaved = `(() => {
	window.savedFiles = new Map();
	const create = URL.createObjectURL;
	URL.createObjectURL = blob => { const url = create.call(URL, blob); savedFiles.set(url, blob); return url; };
})()`

// made is a script that makes a file of that many bytes, and the SHA-256 of these.
func made(name string, size int) (script, hash string) {
	const period = 251
	pattern := make([]byte, period)
	for i := range pattern {
		pattern[i] = byte(i)
	}
	sum := sha256.Sum256(bytes.Repeat(pattern, size/period+1)[:size])
	return fmt.Sprintf(`(() => {
		const bytes = new Uint8Array(%d);
		for (let i = 0; i < %[2]d; i++) bytes[i] = i;
		for (let filled = %[2]d; filled < bytes.length; filled *= 2) bytes.copyWithin(filled, 0, filled);
		return new File([bytes], %[3]s);
	})()`, size, period, quote(name)), hex.EncodeToString(sum[:])
}

func TestALargeFileIsSaved(t *testing.T) {
	t.Parallel()
	alice, bob := meet(t)
	bob.evaluate(watchSaved)
	script, want := made("../holi\u202eday.bin", 20_000_000)
	alice.picks(script)
	alice.seesFile(fileWaits)
	bob.seesFile(fileOffered)
	if text := read[string](bob, `document.querySelector(".message .file").innerText`); !bytes.Contains([]byte(text), []byte("holiday.bin\n20.0 MB")) {
		t.Errorf("Bob is offered %q", text)
	}
	bob.answers("accept")
	alice.arrives(fileArrived)
	bob.arrives(fileReceived)
	if name, hash := bob.savedHash(); name != "holiday.bin" || hash != want {
		t.Errorf("saved %q with the hash %s, want %s", name, hash, want)
	}
	if left := read[int](bob, `document.querySelectorAll(".message button").length`); left != 0 {
		t.Errorf("%d buttons are left", left)
	}
}

// withPlace is a script that makes a JPEG with EXIF data: a place, and that the camera was
// held upright.
const withPlace = `(async () => {
	const canvas = Object.assign(document.createElement("canvas"), {width: 60, height: 40});
	const context = canvas.getContext("2d");
	context.fillStyle = "#c00";
	context.fillRect(0, 0, 30, 40);
	const plain = new Uint8Array(await (await new Promise(resolve => canvas.toBlob(resolve, "image/jpeg"))).arrayBuffer());
	const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
	const exif = [..."Exif\0\0"].map(c => c.charCodeAt(0)).concat(tiff, [..."secret place"].map(c => c.charCodeAt(0)));
	const segment = [0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 255, ...exif];
	return new File([plain.slice(0, 2), new Uint8Array(segment), plain.slice(2)], "me.jpeg", {type: "image/jpeg"});
})()`

func TestAPictureIsShownOnlyWhenItIsAccepted(t *testing.T) {
	t.Parallel()
	alice, bob := meet(t)
	bob.evaluate(watchSaved)
	alice.picks(withPlace)
	alice.seesFile(pictureWaits)
	bob.seesFile(pictureOffered)
	if read[bool](bob, `document.querySelector(".message img")`+` !== null`) {
		t.Error("the picture is shown before it is accepted")
	}
	bob.screenshot("offered.png")
	bob.answers("accept")
	bob.arrives(fileReceived)
	bob.waitFor("the picture is shown", `document.querySelector(".message img")?.naturalWidth > 0`)
	if size := read[[]int](bob, `[document.querySelector(".message img").naturalWidth, document.querySelector(".message img").naturalHeight]`); size[0] != 40 || size[1] != 60 {
		t.Errorf("the picture is %v, want it upright: 40 × 60", size)
	}
	text, err := chromedp.Run(bob.ctx, chromedp.Evaluate[string](`(async () => new TextDecoder("latin1").decode(await savedFiles.get(document.querySelector("a[download]").href).arrayBuffer()))()`, chromedp.EvalAwaitPromise))
	if err != nil || len(text) < 100 || bytes.Contains([]byte(text), []byte("secret place")) || bytes.Contains([]byte(text), []byte("Exif")) {
		t.Errorf("the picture of %d bytes says where it was taken, or %v", len(text), err)
	}
	alice.waitFor("Alice sees what she sent", `document.querySelector(".message.mine img")?.naturalWidth > 0`)
	bob.screenshot("shown.png")
	alice.screenshot("sent.png")
}

// TestWhatOnlySaysThatItIsAPicture offers a page as a picture: it can be saved, and is never
// shown.
func TestWhatOnlySaysThatItIsAPicture(t *testing.T) {
	t.Parallel()
	alice, bob := meet(t)
	alice.picks(`new File(["<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"], "a.png", {type: "image/png"})`)
	bob.seesFile(pictureOffered)
	bob.answers("accept")
	bob.arrives(fileReceived)
	bob.waitFor("it can be saved", canBeSaved)
	if read[bool](bob, `document.querySelector(".message img") !== null`) {
		t.Error("it is shown")
	}
}

func TestFilesAreDeclinedAndCanceled(t *testing.T) {
	t.Parallel()
	alice, bob := meet(t)
	script, _ := made("a.bin", 30_000_000)

	alice.picks(script)
	bob.seesFile(fileOffered)
	bob.answers("decline")
	bob.seesFile(fileDeclinedByYou)
	alice.seesFile(fileDeclined)

	alice.picks(script)
	bob.seesFile(fileOffered)
	alice.answers("cancel")
	alice.seesFile(fileStopped)
	bob.seesFile(fileStoppedByPartner)

	for _, first := range []*tab{alice, bob} {
		other := alice
		if first == alice {
			other = bob
		}
		alice.picks(script)
		bob.seesFile(fileOffered)
		bob.answers("accept")
		first.waitFor("it moves", `[...document.querySelectorAll("progress.file-progress")].some(bar => bar.value > 0)`)
		first.screenshot(first.name + " moving.png")
		first.answers("cancel")
		first.seesFile(fileStopped)
		other.seesFile(fileStoppedByPartner)
	}
	alice.say("still here")
	bob.waitFor("the chat goes on", `[...document.querySelectorAll(".message .text")].at(-1).textContent === "still here"`)
}

// TestAFileSurvivesASilence lets the connection be cut in the middle of a file.
func TestAFileSurvivesASilence(t *testing.T) {
	t.Parallel()
	alice, bob := meet(t)
	bob.evaluate(watchSaved)
	alice.press("inside-open")
	alice.waitFor("the panel is there", `document.getElementById("inside-vanish") !== null`)
	script, want := made("a.bin", 30_000_000)
	alice.picks(script)
	bob.seesFile(fileOffered)
	bob.answers("accept")
	bob.waitFor("it moves", `document.querySelector("progress.file-progress")?.value > 0`)
	alice.evaluate(`document.getElementById("inside-vanish").click()`)
	bob.sees(ui.TextInterrupted)
	if stage := read[string](bob, `document.querySelector(".message .file").dataset.stage`); stage != "moving" {
		t.Errorf("the file is %s when the connection is interrupted", stage)
	}
	bob.sees(ui.TextConnectedAgain)
	bob.arrives(fileReceived)
	if _, hash := bob.savedHash(); hash != want {
		t.Errorf("saved another file")
	}
}

// screenshot writes what a tab shows to a folder that FILES_SCREENSHOTS names, for people.
func (tab *tab) screenshot(name string) {
	tab.t.Helper()
	folder := os.Getenv("FILES_SCREENSHOTS")
	if folder == "" {
		return
	}
	image, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name), image, 0o600)
	}
	if err != nil {
		tab.t.Error(err)
	}
}

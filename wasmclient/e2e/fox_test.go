//go:build !js

package e2e

import (
	"fmt"
	"slices"
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
	f.ready()
	return f
}

// ready waits until the page can be used.
func (f *fox) ready() {
	f.t.Helper()
	f.waitFor("the client runs", running)
	f.evaluate(noteStatuses)
}

// read decodes the value of an expression into result, which may be nil.
func (f *fox) read(expression string, result any) {
	f.t.Helper()
	if err := f.window.Evaluate(expression, result); err != nil {
		f.t.Fatalf("%s: %v", f.name, err)
	}
}

func (f *fox) evaluate(expression string) {
	f.t.Helper()
	f.read(expression, nil)
}

func (f *fox) holds(condition string) (held bool) {
	f.t.Helper()
	f.read(`Boolean(`+condition+`)`, &held)
	return held
}

func (f *fox) waitFor(what, condition string) {
	f.t.Helper()
	deadline := time.Now().Add(patience)
	for !f.holds(condition) {
		if time.Now().After(deadline) {
			var text string
			f.read(`document.body.innerText`, &text)
			f.t.Fatalf("%s: waited until %s\nthe page shows:\n%s", f.name, what, text)
		}
		<-time.After(pollInterval)
	}
}

func (f *fox) sees(status ui.Text) {
	f.t.Helper()
	text := status.In(ui.English)
	f.waitFor(fmt.Sprintf("the status is %q", text), `document.getElementById("status").textContent === `+quote(text))
}

func (f *fox) press(button string) {
	f.t.Helper()
	f.evaluate(`document.getElementById(` + quote(button) + `).click()`)
}

func (f *fox) begins() {
	f.t.Helper()
	f.evaluate(`document.getElementById(document.getElementById("start").hidden ? "next" : "start").click()`)
}

func (f *fox) leaves() {
	f.t.Helper()
	f.press("next")
	f.evaluate(`document.querySelector("#next.asked")?.click()`)
}

func (f *fox) say(texts ...string) {
	f.t.Helper()
	for _, text := range texts {
		f.evaluate(`(() => {
			const input = document.getElementById("input");
			input.value = ` + quote(text) + `;
			input.dispatchEvent(new Event("input"));
			document.getElementById("send").click();
		})()`)
	}
}

func (f *fox) shows(want ...line) {
	f.t.Helper()
	f.waitFor(fmt.Sprintf("there are %d messages", len(want)), fmt.Sprintf(`document.querySelectorAll(".message").length >= %d`, len(want)))
	var got []line
	f.read(readLines, &got)
	if !slices.Equal(got, want) {
		f.t.Fatalf("%s: messages %v, want %v", f.name, got, want)
	}
}

func (f *fox) picks(script string) {
	f.t.Helper()
	f.evaluate(picking(script))
}

func (f *fox) savedHash() (name, hash string) {
	f.t.Helper()
	f.waitFor("it can be saved", canBeSaved)
	var saved [2]string
	f.read(hashSaved, &saved)
	return saved[0], saved[1]
}

// close closes the window as a person does.
func (f *fox) close() {
	f.t.Helper()
	if err := f.window.Close(); err != nil {
		f.t.Fatalf("%s: close: %v", f.name, err)
	}
}

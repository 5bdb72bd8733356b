//go:build !js

package e2e

import (
	"fmt"
	"time"
)

// talk is a chat of two tabs in which both say the same number of lines.
type talk struct {
	alice, bob *tab
	lines      int
}

func newTalk(alice, bob *tab) *talk { return &talk{alice: alice, bob: bob} }

// write says one line more on each side.
func (t *talk) write() {
	t.alice.t.Helper()
	t.lines++
	for _, tab := range []*tab{t.alice, t.bob} {
		tab.say(fmt.Sprintf("line %d of %s", t.lines, tab.name))
	}
}

// arrived waits until both see every line of the other, in order, and that
// none is marked as not sent.
func (t *talk) arrived() {
	t.alice.t.Helper()
	for _, pair := range [][2]*tab{{t.alice, t.bob}, {t.bob, t.alice}} {
		var lines []string
		for i := range t.lines {
			lines = append(lines, fmt.Sprintf("line %d of %s", i+1, pair[1].name))
		}
		pair[0].waitFor("everything has arrived", fmt.Sprintf(
			`JSON.stringify([...document.querySelectorAll(".message.theirs .text")].map(text => text.textContent)) === %s`, quote(quote(lines))))
		pair[0].waitFor("nothing is marked", `document.querySelector("[data-delivery=failed]") === null`)
	}
}

// goOnFor talks for that long, one exchange a second, and once at least.
func (t *talk) goOnFor(duration time.Duration) {
	t.alice.t.Helper()
	end := time.After(duration)
	next := time.NewTicker(time.Second)
	defer next.Stop()
	for {
		t.write()
		t.arrived()
		select {
		case <-end:
			return
		case <-next.C:
		}
	}
}

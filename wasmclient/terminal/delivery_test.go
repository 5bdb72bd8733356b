//go:build !js

package terminal

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// TestWhenToLeave says when a program whose input has ended leaves a partner, in seconds
// after that; -1: not by itself.
func TestWhenToLeave(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		wait  time.Duration
		hears func(d *delivery)
		want  int
	}{
		{"a partner who confirms nothing", 0, func(*delivery) {}, 2},
		{"the last text is confirmed", 0, func(d *delivery) { d.confirmed("bob", []string{"x", "text"}) }, 0},
		{"an earlier text is confirmed", 0, func(d *delivery) { d.confirmed("bob", []string{"x"}) }, 2},
		{"a pipe that has not ended", 0, func(d *delivery) { d.input("bob", inputOpen); d.confirmed("bob", []string{"text", "end"}) }, -1},
		{"a pipe that has ended", 0, func(d *delivery) { d.input("bob", inputEnd); d.confirmed("bob", []string{"end"}) }, 0},
		{"a pipe that has not confirmed", 0, func(d *delivery) { d.input("bob", inputEnd) }, -1},
		{"waiting for a person", 5 * time.Second, func(d *delivery) { d.confirmed("bob", []string{"text"}) }, 5},
		{"waiting for a pipe", 5 * time.Second, func(d *delivery) { d.input("bob", inputOpen) }, 5},
		{"no longer than for a pipe", 5 * time.Second, func(d *delivery) { d.input("bob", inputEnd); d.confirmed("bob", []string{"end"}) }, 0},
		{"all are gone", 0, func(d *delivery) { d.gone("bob") }, -1},
		{"strangers to the room", 0, func(d *delivery) { d.input("eve", inputOpen); d.confirmed("eve", []string{"text"}) }, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDelivery([]p2p.Peer{{ID: "bob"}})
				left, began := -1, time.Now()
				changed := make(chan struct{}, 1000)
				d.begin(test.wait, func() { changed <- struct{}{} })
				test.hears(&d) // a confirmation may come before this side knows the id
				d.sent("text")
				d.end("end")
				changed <- struct{}{}
				for timeout := time.After(time.Minute); left < 0; {
					select {
					case <-changed:
						if d.mayLeave(time.Now()) {
							left = int(time.Since(began).Seconds())
						}
						continue
					case <-timeout:
					}
					break
				}
				if left != test.want {
					t.Errorf("leaves after %d s, want %d", left, test.want)
				}
				d.stop()
			})
		})
	}
}

// TestConfirmingWithoutEnd: a partner cannot keep this side here for ever.
func TestConfirmingWithoutEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDelivery([]p2p.Peer{{ID: "eve"}})
		d.begin(0, func() {})
		d.end("end")
		for range 10_000 {
			d.confirmed("eve", []string{"a", "b"})
			time.Sleep(time.Second)
			if d.mayLeave(time.Now()) {
				d.stop()
				return
			}
		}
		t.Error("is still here after hours")
	})
}

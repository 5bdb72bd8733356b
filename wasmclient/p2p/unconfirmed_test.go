//go:build !js

package p2p

import (
	"errors"
	"testing"
	"time"
)

// TestMessagesThatMayNotHaveArrived lets a peer leave that has confirmed the
// first of three messages, or all, or never confirms any.
func TestMessagesThatMayNotHaveArrived(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		confirms, all bool
		want          int
	}{
		"two of three": {true, false, 2},
		"none":         {true, true, 0},
		"who knows":    {false, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := startServer(t)
			matched := ghost(t, url)
			searching := find(testContext(t), t, NewClient(url))
			peer := enter(testContext(t), t, url, <-matched)
			peer.pongs.Store(test.confirms)
			got := <-searching
			if got.err != nil {
				t.Fatalf("Find: %v", got.err)
			}
			chat := <-peer.open
			send := func(text string) {
				if err := got.room.SendText(t.Context(), text); err != nil {
					t.Fatalf("SendText: %v", err)
				}
				if heard := <-peer.text; heard != text {
					t.Fatalf("the peer got %q, want %q", heard, text)
				}
			}
			confirmed := func() {
				for deadline := time.Now().Add(10 * time.Second); got.room.links[0].sent.Kept() > 0; time.Sleep(time.Millisecond) {
					if time.Now().After(deadline) {
						t.Fatal("not confirmed")
					}
				}
			}
			if send("one"); test.confirms {
				confirmed()
			}
			peer.pongs.Store(test.all)
			send("two")
			send("three")
			if test.all {
				confirmed()
			}
			peer.bye(chat)
			for _, err := range got.room.Messages() {
				var ended *EndedError
				if errors.As(err, &ended) && ended.Unconfirmed != test.want {
					t.Errorf("%d messages may not have arrived, want %d", ended.Unconfirmed, test.want)
				}
			}
		})
	}
}

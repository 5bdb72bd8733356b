//go:build !js

package p2p

import (
	"slices"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
)

// TestSilence lets one side be silent for a while: both sides notice, and repair the link
// on the old path or on a new one, and what was said meanwhile arrives once and in order.
func TestSilence(t *testing.T) {
	for _, test := range []struct {
		name     string
		duration time.Duration
		during   []PeerState // that the user is told
		after    []PeerState
	}{
		{"too short to notice", 3 * time.Second, nil, nil},
		{"the old path comes back", 8 * time.Second, []PeerState{PeerInterrupted}, []PeerState{PeerConnected}},
		{"a new path comes", 14 * time.Second, []PeerState{PeerInterrupted, PeerConnected}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.rooms[0].Silence(test.duration)
				w.rooms[0].Silence(time.Hour) // during a silence
				for i, room := range w.rooms {
					for _, text := range []string{"one", "two"} {
						if err := room.SendText(t.Context(), text); err != nil {
							t.Errorf("slot %d: %v", i, err)
						}
					}
				}
				p2ptest.Pass(t, test.duration-100*time.Millisecond)
				w.wereTold(t, test.during)
				p2ptest.Pass(t, 3*time.Second)
				w.wereTold(t, test.after)
				for i, room := range w.rooms {
					if got := texts(t, room, 2); !slices.Equal(got, []string{"one", "two"}) {
						t.Errorf("slot %d heard %q", i, got)
					}
				}
				w.talks(t)
			})
		})
	}
}

// wereTold fails unless both sides were told these states of the peer since the last time.
func (w *world) wereTold(t *testing.T, want []PeerState) {
	t.Helper()
	for i, peer := range w.peers {
		var got []PeerState
		for _, change := range peer.told() {
			if change.State != "" {
				got = append(got, change.State)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("slot %d was told %v, want %v", i, got, want)
		}
	}
}

//go:build !js

package p2p

import (
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
	"testing"
	"time"
)

// TestLastWordsAreSentAgain closes a room while the path is cut for as long as
// SCTP waits before it sends again what was lost (RFC 9260, section 6.3.1: one
// second). The peer must still get the words and the goodbye.
func TestLastWordsAreSentAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
		if err := w.rooms[0].SendText(t.Context(), "goodbye"); err != nil {
			t.Fatal(err)
		}
		began, closed := time.Now(), make(chan time.Duration, 1)
		go func() {
			_ = w.rooms[0].Close()
			closed <- time.Since(began)
		}()
		p2ptest.Pass(t, time.Second)
		w.network.heal(w.peers[0].fakeHost, w.peers[1].fakeHost)
		if got := texts(t, w.rooms[1], 1); len(got) != 1 || got[0] != "goodbye" {
			t.Errorf("heard %q", got)
		}
		if got := ending(t, w.rooms[1]); got != ReasonPeerLeft {
			t.Errorf("ended with %q, want %q", got, ReasonPeerLeft)
		}
		if took := <-closed; took > 1500*time.Millisecond {
			t.Errorf("closed after %v", took)
		}
	})
}

// TestCloseForgetsALostPeer closes a room whose peer cannot be reached any more.
func TestCloseForgetsALostPeer(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
		began := time.Now()
		_ = w.rooms[0].Close()
		if took := time.Since(began); took > 1500*time.Millisecond {
			t.Errorf("closed after %v, want 1.5s at most", took)
		}
	})
}

// TestWhoLeavesAtOnceWasMet lets a peer leave between the moment when its channel
// is open and the moment when the search is told. The search must not go on: the
// peer may have said something.
func TestWhoLeavesAtOnceWasMet(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.rooms[0].links[0].gone(ReasonPeerLeft)
		if err := <-w.rooms[0].connecting; err != nil {
			t.Errorf("the search was told %v", err)
		}
	})
}

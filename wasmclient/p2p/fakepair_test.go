//go:build !js

package p2p

import (
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// inWorld runs a test in a bubble with two peers in an open room, the lower
// slot first, whose signaling is released.
func inWorld(t *testing.T, body func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := openWorld(t)
		p2ptest.Pass(t, 10*time.Second)
		for _, peer := range w.peers {
			peer.told()
		}
		body(t, w)
		w.close(t)
	})
}

// openWorld returns two peers in a room that has just opened.
func openWorld(t *testing.T) *world {
	t.Helper()
	w := &world{network: newFakeNetwork(), server: newFakeServer(t)}
	w.peers = []*fakePeer{newFakePeer(w.network, w.server), newFakePeer(w.network, w.server)}
	w.rooms = findAll(t, w.peers[0].client, w.peers[1].client)
	if w.rooms[0].Peers()[0].Slot == 0 {
		slices.Reverse(w.rooms)
		slices.Reverse(w.peers)
	}
	return w
}

// close ends everything and fails if a connection is left.
func (w *world) close(t *testing.T) {
	t.Helper()
	for _, room := range w.rooms {
		_ = room.Close()
	}
	p2ptest.PassAnHour(t)
	for _, peer := range w.peers {
		if left := peer.open(); left > 0 {
			t.Errorf("%d connections left", left)
		}
	}
}

// findFor searches in the background, for as long as it takes.
func findFor(t *testing.T, peer *fakePeer) <-chan found {
	t.Helper()
	return find(t.Context(), t, peer.client)
}

// world is two peers who talk.
type world struct {
	network *fakeNetwork
	server  *fakeServer
	peers   []*fakePeer // by slot
	rooms   []*Room
}

// talks fails unless lines cross both ways.
func (w *world) talks(t *testing.T) {
	t.Helper()
	for i, from := range w.rooms {
		if err := from.SendText(t.Context(), "hello"); err != nil {
			t.Errorf("SendText: %v", err)
			return
		}
		if got := texts(t, w.rooms[1-i], 1); len(got) != 1 || got[0] != "hello" {
			t.Errorf("heard %q", got)
		}
	}
}

func TestFakePeersTalk(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) { w.talks(t) })
}

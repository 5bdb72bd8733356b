//go:build !js

package p2p

import (
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/foreignpeer"
)

// impatient shortens the SDK's silence limits. The consent of a path is as fresh
// as the stacks say.
var impatient = withClock(func(c *timeouts) {
	c.ping, c.unheard, c.answer = 100*time.Millisecond, 300*time.Millisecond, 200*time.Millisecond
})

// TestPeersOfOtherPeople chats with each stack, as offerer and as answerer. The
// peer never answers a ping. The chat opens, is never interrupted, and ends with a
// goodbye of either side.
func TestPeersOfOtherPeople(t *testing.T) {
	t.Parallel()
	program := foreignpeer.Build(t)
	for _, stack := range foreignpeer.Stacks {
		t.Run(stack+" offers", func(t *testing.T) {
			t.Parallel()
			url, told := startServer(t), make(chan PeerState, 16)
			peer := program.Start(t, url, stack, foreignpeer.Silent)
			peer.Prints("queued")
			got := <-find(testContext(t), t, NewClient(url, impatient), states(told))
			if got.err != nil {
				t.Fatalf("Find: %v", got.err)
			}
			peer.Prints("offerer", "connected")
			talkWith(t, peer, got.room, told)
			peer.Leaves()
			if got := ending(t, got.room); got != ReasonPeerLeft {
				t.Errorf("ended with %q", got)
			}
		})
		t.Run(stack+" answers", func(t *testing.T) {
			t.Parallel()
			url, told, progress := startServer(t), make(chan PeerState, 16), newStages()
			searching := find(testContext(t), t, NewClient(url, impatient), states(told), progress.option())
			progress.wait(t, StageWaiting)
			peer := program.Start(t, url, stack, foreignpeer.Silent)
			got := <-searching
			if got.err != nil {
				t.Fatalf("Find: %v", got.err)
			}
			peer.Prints("answerer", "connected")
			talkWith(t, peer, got.room, told)
			_ = got.room.Close()
			peer.Prints("bye STOPPED")
			peer.Ends()
		})
	}
}

// talkWith exchanges texts, stays silent for longer than the SDK waits for a
// pong, and exchanges texts again.
func talkWith(t *testing.T, peer *foreignpeer.Peer, room *Room, told <-chan PeerState) {
	t.Helper()
	for _, text := range []string{"hello", "still here"} {
		if err := room.SendText(t.Context(), text); err != nil {
			t.Fatalf("SendText: %v", err)
		}
		peer.Prints("text " + text)
		peer.Says(text)
		wantTexts(t, texts(t, room, 1), text)
		time.Sleep(1500 * time.Millisecond) // five times as long as the SDK waits for a pong
	}
	for len(told) > 0 {
		if state := <-told; state != PeerConnected {
			t.Errorf("told %s", state)
		}
	}
}

//go:build !js

package e2e

import (
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/foreignpeer"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// longSilence is longer than the 6 s after which the page takes a peer that
// answered pings before for interrupted.
const longSilence = 8 * time.Second

// TestPeersOfOtherPeople chats with peers on other WebRTC stacks, each as offerer
// and as answerer. They answer no pings, and begin a new connection in mid-chat.
// The page never shows an interruption.
func TestPeersOfOtherPeople(t *testing.T) {
	t.Parallel()
	program := foreignpeer.Build(t)
	for _, stack := range foreignpeer.Stacks {
		t.Run(stack+" offers", func(t *testing.T) {
			t.Parallel()
			chrome, server := englishBrowser(t), serve(t)
			alice := chrome.open(t, "Alice", server.url)
			peer := program.Start(t, server.url, stack, foreignpeer.Silent, englishInterest)
			peer.Prints("queued")
			connect(alice)
			peer.Prints("offerer", "connected")
			talkWith(peer, alice)
			peer.Leaves()
			alice.sees(ui.TextPeerLeft)
		})
		t.Run(stack+" answers", func(t *testing.T) {
			t.Parallel()
			chrome, server := englishBrowser(t), serve(t)
			alice := chrome.open(t, "Alice", server.url)
			alice.press("start")
			alice.sees(ui.TextWaitingAlone)
			peer := program.Start(t, server.url, stack, foreignpeer.Silent, englishInterest)
			peer.Prints("answerer", "connected")
			alice.sees(ui.TextConnected)
			talkWith(peer, alice)
			alice.press("stop")
			peer.Prints("bye STOPPED")
			peer.Ends()
		})
	}
}

// talkWith exchanges lines, on a second connection too, stays silent for long, and
// exchanges lines again.
func talkWith(peer *foreignpeer.Peer, alice *tab) {
	alice.t.Helper()
	var shown []line
	exchange := func(text string) {
		alice.t.Helper()
		alice.say(text)
		peer.Prints("text " + text)
		peer.Says("you too")
		shown = append(shown, line{true, text}, line{false, "you too"})
		alice.shows(shown...)
	}
	exchange("hello")
	peer.StartsOver()
	exchange("on a new connection")
	time.Sleep(longSilence)
	exchange("still here")
	if alice.saw(ui.TextInterrupted) {
		alice.t.Error("the chat was interrupted")
	}
}

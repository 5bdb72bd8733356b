//go:build !js

package p2p

import (
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/foreignpeer"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
)

// impatient shortens the SDK's waiting times, but for those of the platform.
var impatient = withClock(func(c *timeouts) {
	c.ping, c.unheard, c.answer = 100*time.Millisecond, 300*time.Millisecond, 200*time.Millisecond
	c.restart, c.offerAnyway = 200*time.Millisecond, 500*time.Millisecond
})

// TestPeersOfOtherPeople chats with each stack, as offerer and as answerer. The
// peer answers no pings, begins a new connection in mid-chat, and cannot restart
// ICE. The chat is not interrupted by silence, goes on with a new connection when
// its path breaks, and ends with a goodbye of either side.
func TestPeersOfOtherPeople(t *testing.T) {
	t.Parallel()
	program := foreignpeer.Build(t)
	for _, stack := range foreignpeer.Stacks {
		for _, role := range []string{"offerer", "answerer"} {
			t.Run(stack+" as "+role, func(t *testing.T) {
				t.Parallel()
				meet(t, program, stack, role).chat(t)
			})
		}
	}
}

// meeting is a chat with a peer that knows nothing of the SDK.
type meeting struct {
	peer  *foreignpeer.Peer
	role  string
	room  *Room
	told  chan PeerState
	route *route
}

// meet lets the SDK and a peer be matched. Who waits first has the lower slot, and
// offers.
func meet(t *testing.T, program foreignpeer.Program, stack, role string) *meeting {
	t.Helper()
	url, progress := startServer(t), newStages()
	m := &meeting{role: role, told: make(chan PeerState, 16), route: newRoute(t)}
	start := func() { m.peer = program.Start(t, url, stack, foreignpeer.Silent) }
	if role == "offerer" {
		start()
		m.peer.Prints("queued")
	}
	searching := find(testContext(t), t, NewClient(url, impatient, m.route.over(t), tracedIfFailed(t)), states(m.told), progress.option())
	if role == "answerer" {
		progress.wait(t, StageWaiting)
		start()
	}
	found := <-searching
	if found.err != nil {
		t.Fatalf("Find: %v", found.err)
	}
	m.room = found.room
	m.peer.Prints(role, "connected")
	return m
}

// tracedIfFailed makes a test that fails say what happened inside.
func tracedIfFailed(t *testing.T) Option {
	t.Helper()
	inside, began := &steps{t: t}, time.Now()
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		for _, step := range inside.all() {
			t.Logf("%.3f %s %s %s %s", step.At.Sub(began).Seconds(), step.Kind, step.Procedure, step.State, step.JSON)
		}
	})
	return inside.option()
}

func (m *meeting) chat(t *testing.T) {
	t.Helper()
	m.exchange(t, "hello")
	m.peer.StartsOver()
	m.exchange(t, "on a new connection")
	time.Sleep(1500 * time.Millisecond) // five times as long as the SDK waits for a pong
	m.exchange(t, "still here")
	if len(m.told) > 0 {
		t.Errorf("told %s", <-m.told)
	}
	m.route.lose()
	if err := m.room.SendText(t.Context(), "on the way"); err != nil {
		t.Fatalf("SendText: %v", err)
	}
	await(t, m.told, PeerInterrupted, 10*time.Second)
	await(t, m.told, PeerConnected, 10*time.Second)
	m.peer.Prints("connected", "text on the way")
	m.exchange(t, "on a new path")
	if m.role == "offerer" {
		m.peer.Leaves()
		if got := ending(t, m.room); got != ReasonPeerLeft {
			t.Errorf("ended with %q", got)
		}
		return
	}
	_ = m.room.Close()
	m.peer.Prints("bye STOPPED")
	m.peer.Ends()
}

// exchange sends a text each way.
func (m *meeting) exchange(t *testing.T, text string) {
	t.Helper()
	if err := m.room.SendText(t.Context(), text); err != nil {
		t.Fatalf("SendText: %v", err)
	}
	m.peer.Prints("text " + text)
	m.peer.Says(text)
	p2ptest.WantTexts(t, texts(t, m.room, 1), text)
}

//go:build !js

package ui

import (
	"bytes"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servermem"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// TestWhatAGroupConfirms delivers a message when all who are here have confirmed it.
func TestWhatAGroupConfirms(t *testing.T) {
	t.Parallel()
	var delivered []int
	out := newOutgoing(1, func(event Event) {
		if event, is := event.(Delivered); is {
			delivered = append(delivered, event.Messages...)
		}
	})
	out.open([]p2p.Peer{{ID: "ann"}, {ID: "bob"}, {ID: "cy"}})
	for i, id := range []string{"one", "two", "three"} {
		out.wasSent(id, i+1)
	}
	for _, step := range []struct {
		name string
		do   func()
		want int // how many are delivered
	}{
		{"one confirms", func() { out.confirmed("ann", []string{"one", "two"}) }, 0},
		{"a stranger confirms", func() { out.confirmed("dan", []string{"one"}) }, 0},
		{"it confirms again", func() { out.confirmed("ann", []string{"one"}) }, 0},
		{"another one", func() { out.confirmed("bob", []string{"one"}) }, 0},
		{"the last one", func() { out.confirmed("cy", []string{"one"}) }, 1},
		{"one leaves", func() { out.left("bob") }, 1},
		{"the other one, too", func() { out.left("cy") }, 2},
		{"all have left", func() { out.left("ann") }, 2},
	} {
		step.do()
		if len(delivered) != step.want {
			t.Errorf("%s: %v are delivered, want %d of them", step.name, delivered, step.want)
		}
	}
}

// TestThreeMeet lets three talk, send a file to both others, and leave one after the other.
func TestThreeMeet(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	var sessions []*Session
	var events []<-chan Event
	for range 3 {
		session, posted := newTestSession(url)
		session.Perform(t.Context(), Find{Search: 1, GroupSize: 3})
		sessions, events = append(sessions, session), append(events, posted)
	}
	var slots [3]int
	for i, posted := range events {
		connected := await(t, posted, func(Connected) bool { return true })
		if slots[i] = connected.Self; len(connected.Slots) != 2 || connected.Slots[0]+connected.Slots[1]+connected.Self != 3 {
			t.Errorf("%+v", connected)
		}
	}

	sessions[0].Perform(t.Context(), SendText{1, 7, "hello"})
	for _, posted := range events[1:] {
		await(t, posted, func(event Received) bool { return event == Received{1, slots[0], "hello"} })
	}
	await(t, events[0], func(event Delivered) bool { return event.Messages[0] == 7 })

	content := []byte("a file for two")
	sessions[0].Perform(t.Context(), SendFile{1, 8, []int{slots[1], slots[2]}, p2p.FileSource{Name: "a", Size: int64(len(content)), Content: bytes.NewReader(content)}})
	for i := 1; i < 3; i++ {
		offer := await(t, events[i], func(event FileOffer) bool { return event.Slot == slots[0] })
		sink := &memory{}
		sessions[i].Perform(t.Context(), TakeFile{1, 9, slots[0], offer.Message, sink})
		await(t, events[i], func(event FileNews) bool { return event.Message == 9 && event.Stage == FileDone })
		if sink.String() != string(content) {
			t.Errorf("%q came", sink.String())
		}
		await(t, events[0], func(event FileNews) bool { return event.Slot == slots[i] && event.Stage == FileDone })
	}

	sessions[0].Perform(t.Context(), Leave{p2p.ByeStopped})
	for _, posted := range events[1:] {
		await(t, posted, func(event Left) bool { return event == Left{1, slots[0], p2p.ReasonPeerLeft} })
	}
	sessions[1].Perform(t.Context(), Leave{p2p.ByeClosed})
	await(t, events[2], func(event Ended) bool { return event.Reason == p2p.ReasonPeerClosed })
}

// memory is a sink that keeps what comes.
type memory struct{ bytes.Buffer }

func (*memory) Complete() error { return nil }
func (*memory) Discard()        {}

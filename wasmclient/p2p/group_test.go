//go:build !js

package p2p

import (
	"strings"
	"testing"
)

func TestThreeTalkAndOneLeaves(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	rooms := make([]*Room, 3) // in slot order
	three := WithGroupSize(len(rooms))
	for _, room := range findAll(t, NewClient(url, three), NewClient(url, three), NewClient(url, three)) {
		rooms[room.Slot()] = room
	}
	for _, speaker := range rooms {
		if err := speaker.SendText(t.Context(), "from "+speaker.Self()); err != nil {
			t.Fatalf("SendText: %v", err)
		}
	}
	for slot, room := range rooms {
		got := texts(t, room, len(rooms)-1)
		for _, other := range rooms {
			if other != room && strings.Count(strings.Join(got, " "), other.Self()) != 1 {
				t.Errorf("slot %d heard %q, want one line of each other", slot, got)
			}
		}
	}
	if peers := rooms[2].Peers(); len(peers) != 2 || peers[0].ID != rooms[0].Self() || peers[1].ID != rooms[1].Self() {
		t.Errorf("peers %+v, want the two others in slot order", peers)
	}

	_ = rooms[0].Close()
	<-rooms[1].links[0].done
	if err := rooms[1].SendText(t.Context(), "to who is left"); err != nil {
		t.Fatalf("SendText after one left: %v", err)
	}
	if got := texts(t, rooms[2], 1); strings.Join(got, "") != "to who is left" {
		t.Errorf("got %q", got)
	}
	if members := rooms[1].Members(); len(members) != 2 || members[0].ID != rooms[0].Self() || members[1].ID != rooms[2].Self() {
		t.Errorf("members %+v, want the two others, who left included", members)
	}
	_ = rooms[1].Close()
	if got := ending(t, rooms[2]); got != ReasonPeerLeft {
		t.Errorf("ended with %q, want %q", got, ReasonPeerLeft)
	}
}

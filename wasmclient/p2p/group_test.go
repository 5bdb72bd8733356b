//go:build !js

package p2p

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// groupOfThree returns three ends of an open room. Its tokens are made here,
// so that only Signaling has to serve groups.
func groupOfThree(t *testing.T) []*Room {
	t.Helper()
	keys, err := token.ParseKeyring(token.NewKeyFile())
	if err != nil {
		t.Fatal(err)
	}
	handler, err := server.New(server.Config{
		Signaling: signalingmem.New(signalingmem.Config{}), Keys: keys, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(handler)
	t.Cleanup(func() {
		listening.CloseClientConnections()
		listening.Close()
	})
	client := NewClient(listening.URL)
	birth := token.Room{ID: newRandomID(), Pool: "lobby", GroupSize: 3, Ticket: newRandomID(), MatchedAt: time.Now()}
	var members []*matchmakingv1.Member
	for range 3 {
		id := newRandomID()
		birth.Members = append(birth.Members, token.Member{PeerID: id, Pseudonym: "p" + id})
		members = append(members, &matchmakingv1.Member{PeerId: id, Pseudonym: "p" + id})
	}
	rooms := make([]*Room, 3)
	for slot := range rooms {
		birth.Slot = slot
		secret, err := keys.IssueRoom(birth)
		if err != nil {
			t.Fatal(err)
		}
		matched := &matchmakingv1.Matched{RoomId: birth.ID, RoomToken: secret, PeerId: members[slot].GetPeerId(), Members: members}
		rooms[slot] = newRoom(matched, &client.recent, client.settings, &progress{})
	}
	established := make(chan error, len(rooms))
	for _, room := range rooms {
		t.Cleanup(func() { _ = room.Close() })
		go func() { established <- room.establish(testContext(t)) }()
	}
	for range rooms {
		if err := <-established; err != nil {
			t.Fatalf("establish: %v", err)
		}
	}
	return rooms
}

func TestThreeTalkAndOneLeaves(t *testing.T) {
	t.Parallel()
	rooms := groupOfThree(t)
	if err := rooms[0].SendText(t.Context(), "to both"); err != nil {
		t.Fatalf("SendText: %v", err)
	}
	for _, room := range rooms[1:] {
		if got := texts(t, room, 1); strings.Join(got, "") != "to both" {
			t.Errorf("got %q", got)
		}
	}
	if peers := rooms[2].Peers(); len(peers) != 2 || peers[0].ID != rooms[0].Self() || peers[1].Slot != 1 {
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
	_ = rooms[1].Close()
	if got := ending(t, rooms[2]); got != ReasonPeerLeft {
		t.Errorf("ended with %q, want %q", got, ReasonPeerLeft)
	}
}

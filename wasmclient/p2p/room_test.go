//go:build !js

package p2p

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"
)

// pair returns the two ends of an open room over real UDP.
func pair(t *testing.T) (a, b *Room) {
	t.Helper()
	url := startServer(t)
	rooms := findAll(t, NewClient(url), NewClient(url))
	return rooms[0], rooms[1]
}

func findAll(t *testing.T, clients ...*Client) []*Room {
	t.Helper()
	ctx := testContext(t)
	rooms := make([]*Room, len(clients))
	failed := make(chan error, len(clients))
	for i, client := range clients {
		go func() {
			var err error
			rooms[i], err = client.Find(ctx)
			failed <- err
		}()
	}
	for range clients {
		if err := <-failed; err != nil {
			t.Fatalf("Find: %v", err)
		}
	}
	for _, room := range rooms {
		t.Cleanup(func() { _ = room.Close() })
	}
	return rooms
}

// texts reads count lines of chat.
func texts(t *testing.T, room *Room, count int) []string {
	t.Helper()
	var got []string
	for message, err := range room.Messages() {
		if err != nil {
			t.Errorf("room ended after %d of %d messages: %v", len(got), count, err)
			break
		}
		if got = append(got, message.Text()); len(got) == count {
			break
		}
	}
	return got
}

// ending reads until the room ends and returns the reason.
func ending(t *testing.T, room *Room) Reason {
	t.Helper()
	var ended *EndedError
	for _, err := range room.Messages() {
		if err != nil && !errors.As(err, &ended) {
			t.Fatalf("Messages ended with %v, want an *EndedError", err)
		}
	}
	if ended == nil {
		t.Fatal("Messages ended without an error")
	}
	return ended.Reason
}

func TestMessagesArriveInOrderBothWays(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	want := make([]string, 100)
	for i := range want {
		want[i] = fmt.Sprintf("%d こんにちは 🎌👩‍👩‍👧", i)
	}
	for _, from := range []*Room{a, b} {
		go func() {
			for _, text := range want {
				if err := from.SendText(t.Context(), text); err != nil {
					t.Errorf("SendText: %v", err)
				}
			}
		}()
	}
	for _, to := range []*Room{a, b} {
		if got := texts(t, to, len(want)); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestPeersKnowEachOther(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	if a.ID() != b.ID() || a.ID() == "" {
		t.Errorf("rooms %q and %q, want the same", a.ID(), b.ID())
	}
	peers := a.Peers()
	if len(peers) != 1 || peers[0].ID != b.Self() || peers[0].Pseudonym == "" {
		t.Errorf("a sees %+v, want the peer %s", peers, b.Self())
	}
	if a.PeerConnection(b.Self()) == nil || a.PeerConnection(a.Self()) != nil {
		t.Error("PeerConnection is there for the peer and only for it")
	}
}

func TestLargestEnvelope(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	// 64 KB less the envelope around the text: message_id, content, text.
	text := strings.Repeat("x", largestEnvelope-24-4-4)
	if err := a.SendText(t.Context(), text); err != nil {
		t.Fatalf("Send 64 KB: %v", err)
	}
	if got := texts(t, b, 1); got[0] != text {
		t.Errorf("got %d bytes, want %d unchanged", len(got[0]), len(text))
	}
	if err := a.SendText(t.Context(), text+"x"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Send one byte more: %v, want ErrTooLarge", err)
	}
}

func TestSendRefusesWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	a, _ := pair(t)
	if _, err := a.Send(t.Context(), nil); !errors.Is(err, ErrNoContent) {
		t.Errorf("Send without content: %v, want ErrNoContent", err)
	}
	if _, err := a.SendTo(t.Context(), "nobody", Typing{}); !errors.Is(err, ErrUnknownPeer) {
		t.Errorf("SendTo a stranger: %v, want ErrUnknownPeer", err)
	}
}

// TestEveryContentArrives sends each kind of content to one peer and compares what
// arrives, with the id that the sender was told.
func TestEveryContentArrives(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	sent := []Content{
		Text{Text: "hi"},
		Data{Type: "move", Value: []byte{0, 255}},
		Typing{},
		Receipt{MessageIDs: []string{"1", "2"}},
		Presence{Hidden: true},
		FileOffer{Name: "a.png", MediaType: "image/png", Size: 1 << 40},
		FileAnswer{OfferID: "1", Accepted: true},
	}
	var want []Message
	for _, content := range sent {
		id, err := a.SendTo(t.Context(), b.Self(), content)
		if err != nil || id == "" {
			t.Fatalf("SendTo: id %q, %v", id, err)
		}
		want = append(want, Message{From: a.Self(), ID: id, Content: content})
	}
	var got []Message
	for message, err := range b.Messages() {
		if err != nil {
			t.Fatalf("Messages: %v", err)
		}
		if got = append(got, message); len(got) == len(want) {
			break
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	chunk := FileChunk{OfferID: "1", Offset: 1 << 33, Data: []byte("part")} // on a channel of its own
	if _, err := a.Send(t.Context(), chunk); err != nil {
		t.Fatal(err)
	}
	for message, err := range b.Messages() {
		if err != nil || !reflect.DeepEqual(message.Content, chunk) {
			t.Errorf("got %+v, %v, want %+v", message, err, chunk)
		}
		break
	}
}

func TestByeTellsWhy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		say  ByeReason
		want Reason
	}{
		{"stopped", ByeStopped, ReasonPeerLeft},
		{"next", ByeNext, ReasonPeerNext},
		{"closed", ByeClosed, ReasonPeerClosed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a, b := pair(t)
			if err := a.SendText(t.Context(), "last words"); err != nil {
				t.Fatalf("SendText: %v", err)
			}
			if err := a.CloseWith(test.say); err != nil {
				t.Fatalf("CloseWith: %v", err)
			}
			if got := texts(t, b, 1); got[0] != "last words" {
				t.Errorf("got %q before the end, want the last words", got)
			}
			if got := ending(t, b); got != test.want {
				t.Errorf("peer ended with %q, want %q", got, test.want)
			}
			if got := ending(t, a); got != ReasonClosed {
				t.Errorf("closer ended with %q, want %q", got, ReasonClosed)
			}
			if peers := b.Peers(); len(peers) != 0 {
				t.Errorf("b still sees %v", peers)
			}
			var ended *EndedError
			if err := b.SendText(t.Context(), "hello?"); !errors.As(err, &ended) || ended.Reason != test.want {
				t.Errorf("SendText to who left: %v, want %q", err, test.want)
			}
		})
	}
}

func TestVanishedPeerEndsTheRoom(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	if err := a.PeerConnection(b.Self()).(*webrtc.PeerConnection).Close(); err != nil {
		t.Fatalf("close without a word: %v", err)
	}
	if got := ending(t, b); got != ReasonPeerGone {
		t.Errorf("ended with %q, want %q", got, ReasonPeerGone)
	}
}

func TestSendWaitsForASlowNetwork(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	const count = 200 // 12 MB: many times the buffer
	go func() {
		for i := range count {
			if err := a.SendData(t.Context(), strconv.Itoa(i), make([]byte, 60_000)); err != nil {
				t.Errorf("SendData %d: %v", i, err)
				return
			}
			if buffered := a.PeerConnection(b.Self()); buffered != nil && a.links[0].current().chat.dc.BufferedAmount() > highWaterMark+largestEnvelope {
				t.Errorf("%d bytes buffered", a.links[0].current().chat.dc.BufferedAmount())
			}
		}
	}()
	next := 0
	for message, err := range b.Messages() {
		if err != nil {
			t.Fatalf("after %d messages: %v", next, err)
		}
		if got, want := message.Content.(Data).Type, strconv.Itoa(next); got != want {
			t.Fatalf("got message %s, want %s", got, want)
		}
		if next++; next == count {
			break
		}
	}
}

func TestSendGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	a, _ := pair(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a.links[0].current().chat.turn <- struct{}{} // another sender waits for the buffer
	if err := a.SendText(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("SendText: %v, want context.Canceled", err)
	}
}

func TestStrangeMessagesEndNothing(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	raw := a.links[0].current().chat.dc.(interface {
		Send(data []byte) error
		SendText(text string) error
	})
	for _, strange := range [][]byte{
		{0xff, 0xff},                      // no Envelope
		{},                                // an Envelope without content
		{0xfa, 0x3f, 0},                   // content of a later version: field 1023
		make([]byte, largestEnvelope+100), // too large
		{0x4a, 2, 8, 7},                   // Ping
	} {
		if err := raw.Send(strange); err != nil {
			t.Fatalf("Send: %v", err)
		}
	}
	if err := raw.SendText("not binary"); err != nil {
		t.Fatalf("SendText: %v", err)
	}
	if err := a.SendText(t.Context(), "still here"); err != nil {
		t.Fatalf("SendText: %v", err)
	}
	if got := texts(t, b, 1); got[0] != "still here" {
		t.Errorf("got %q, want only the text", got)
	}
}

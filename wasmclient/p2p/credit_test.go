//go:build !js

package p2p

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
)

// TestASlowReaderGetsTheWholeFile sends a file to a reader that is slower: the sender
// waits, and neither side holds more than the window and the buffer.
func TestASlowReaderGetsTheWholeFile(t *testing.T) {
	t.Parallel()
	const chunk = 16 << 10
	count := 100_000_000 / chunk
	if testing.Short() {
		count /= 12
	}
	a, b := pair(t)
	failed := make(chan error, 1)
	go func() {
		for i := range count {
			data := make([]byte, chunk)
			binary.BigEndian.PutUint64(data, uint64(i))
			if _, err := a.Send(t.Context(), FileChunk{OfferID: "1", Offset: uint64(i) * chunk, Data: data}); err != nil {
				failed <- err
				return
			}
			if buffered := a.links[0].current().bulk.dc.BufferedAmount(); buffered > highWaterMark+largestEnvelope {
				t.Errorf("the sender buffers %d bytes", buffered)
			}
		}
		failed <- nil
	}()
	next := 0
	for message, err := range b.Messages() {
		if err != nil {
			t.Fatalf("after %d of %d chunks: %v, and the sender met %v", next, count, err, <-failed)
		}
		got := message.Content.(FileChunk)
		if got.Offset != uint64(next)*chunk || len(got.Data) != chunk || binary.BigEndian.Uint64(got.Data) != uint64(next) {
			t.Fatalf("chunk %d has offset %d and %d bytes", next, got.Offset, len(got.Data))
		}
		if unread := b.received.unreadOf(b.links[0]).bulk; unread > bulkWindow {
			t.Fatalf("%d bytes are unread, more than the window", unread)
		}
		if next++; next == count {
			break
		}
		if next%16 == 0 {
			time.Sleep(10 * time.Millisecond)
		}
	}
	if err := <-failed; err != nil {
		t.Errorf("Send: %v", err)
	}
}

// sendAll sends numbered texts until ctx ends or all are sent, and returns how many were.
func sendAll(ctx context.Context, room *Room, count int) (sent int, err error) {
	for ; sent < count; sent++ {
		if err := room.SendText(ctx, strconv.Itoa(sent)); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// TestABurstWaitsForItsReader sends texts that nobody reads until the sender gives up:
// its error says why, and nothing of what it has sent is lost.
func TestABurstWaitsForItsReader(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		const count = 50_000
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		sent, err := sendAll(ctx, w.rooms[0], count)
		if sent == count || !errors.Is(err, ErrUnread) || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("%d texts are sent, and then %v, want ErrUnread and the deadline", sent, err)
		}
		if unread := w.rooms[1].received.unreadOf(w.rooms[1].links[0]); unread.chat > chatWindow {
			t.Errorf("%d bytes are unread, more than the window", unread.chat)
		}
		go func() {
			if err := w.rooms[0].SendText(t.Context(), strconv.Itoa(sent)); err != nil {
				t.Errorf("SendText afterwards: %v", err)
			}
		}()
		for i, got := range texts(t, w.rooms[1], sent+1) {
			if got != strconv.Itoa(i) {
				t.Fatalf("text %d is %q", i, got)
			}
		}
		for i, room := range w.rooms {
			if changes := w.peers[i].told(); len(room.Peers()) != 1 || len(changes) > 0 {
				t.Errorf("slot %d: peers %v, told %v", i, room.Peers(), changes)
			}
		}
	})
}

// TestTenThousandTexts sends a burst to a reader that keeps up, on a real network.
func TestTenThousandTexts(t *testing.T) {
	t.Parallel()
	const count = 10_000
	a, b := pair(t)
	failed := make(chan error, 1)
	go func() {
		_, err := sendAll(t.Context(), a, count)
		failed <- err
	}()
	for i, got := range texts(t, b, count) {
		if got != strconv.Itoa(i) {
			t.Fatalf("text %d is %q", i, got)
		}
	}
	if err := <-failed; err != nil {
		t.Error(err)
	}
}

// TestPeersWithoutCredit lets one side be a client that knows no credit, and nobody read:
// the chat ends, and both sides are told that.
func TestPeersWithoutCredit(t *testing.T) {
	for _, old := range []int{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			server, network := newFakeServer(t), newFakeNetwork()
			peers := []*fakePeer{newFakePeer(network, server), newFakePeer(network, server)}
			peers[old].client.settings.stepByStep = true
			rooms := findAll(t, peers[0].client, peers[1].client)
			if _, err := sendAll(t.Context(), rooms[0], 1_000_000); !errors.As(err, new(*EndedError)) {
				t.Errorf("%d is old: the sender met %v, want the end of the room", old, err)
			}
			for i, room := range rooms {
				if got := ending(t, room); got != ReasonUnread {
					t.Errorf("%d is old: side %d ended with %q, want %q", old, i, got, ReasonUnread)
				}
			}
			p2ptest.PassAnHour(t)
		})
	}
}

// TestCreditIsNoBurdenForOldClients lets a client that knows no credit send 60 MB in a
// second: it counts Credit as a message that it does not know, and leaves if many come.
func TestCreditIsNoBurdenForOldClients(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, network := newFakeServer(t), newFakeNetwork()
		old, other := newFakePeer(network, server), newFakePeer(network, server)
		old.client.settings.stepByStep = true
		rooms := findAll(t, old.client, other.client)
		const size, count = 60_000, 1000 // each is a quarter of the window: there would be as many Credits
		go func() {
			for i := range count {
				if _, err := rooms[0].Send(t.Context(), Data{Value: make([]byte, size)}); err != nil {
					t.Errorf("message %d: %v", i, err)
					return
				}
				time.Sleep(time.Millisecond)
			}
		}()
		next := 0
		for _, err := range rooms[1].Messages() {
			if err != nil {
				t.Fatalf("after %d messages: %v", next, err)
			}
			if next++; next == count {
				break
			}
		}
		if err := rooms[1].SendText(t.Context(), "still here"); err != nil || !slices.Equal(texts(t, rooms[0], 1), []string{"still here"}) {
			t.Errorf("the old client is gone: %v", err)
		}
		for _, room := range rooms {
			_ = room.Close()
		}
		p2ptest.PassAnHour(t)
	})
}

//go:build !js

package p2p

import (
	"fmt"
	"testing"
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
)

// withoutRestart are stacks that cannot restart ICE.
var withoutRestart = map[string]func(*fakeHost){
	"rejects restarts":             func(h *fakeHost) { h.noRestart = true },
	"answers with old credentials": func(h *fakeHost) { h.sameICE = true },
}

// TestPeerThatCannotRestartICE breaks the path for good while both write. The
// chat goes on with a new connection, and every line arrives once and in order.
func TestPeerThatCannotRestartICE(t *testing.T) {
	for name, limit := range withoutRestart {
		for slot := range 2 {
			t.Run(fmt.Sprintf("slot %d %s", slot, name), func(t *testing.T) {
				inWorld(t, func(t *testing.T, w *world) {
					w.network.change(func() { limit(w.peers[slot].fakeHost) }, w.peers[slot].fakeHost)
					want := w.write(t, 0, 3)
					w.peers[1-slot].move()
					for len(want) < 24 { // 14 seconds, in 7 of which the path is known to be dead
						want = append(want, w.write(t, len(want), 3)...)
						p2ptest.Pass(t, 2*time.Second)
					}
					p2ptest.Pass(t, 5*time.Second)
					for i, room := range w.rooms {
						p2ptest.WantTexts(t, texts(t, room, len(want)), want...)
						if told := peerWords(w.peers[i].told()); told != "interrupted connected" {
							t.Errorf("slot %d was told %q", i, told)
						}
						if open := w.peers[i].open(); open != 1 {
							t.Errorf("slot %d has %d connections, want one", i, open)
						}
					}
					w.talks(t)
				})
			})
		}
	}
}

// write lets both peers send count lines, numbered from first, and returns them.
func (w *world) write(t *testing.T, first, count int) (lines []string) {
	t.Helper()
	for i := range count {
		line := fmt.Sprint(first + i)
		lines = append(lines, line)
		for _, room := range w.rooms {
			if err := room.SendText(t.Context(), line); err != nil {
				t.Fatalf("SendText: %v", err)
			}
		}
	}
	return lines
}

// TestPeerStartsOver lets a peer offer a new connection while the old one works.
// The chat moves there, and nobody notices.
func TestPeerStartsOver(t *testing.T) {
	for slot := range 2 {
		t.Run(fmt.Sprintf("slot %d", slot), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				for _, room := range w.rooms {
					room.signaling.reopen()
				}
				p2ptest.Pass(t, time.Second)
				link := w.rooms[slot].links[0]
				before := link.current()
				link.work.Post(func() {
					if err := link.startOver(); err != nil {
						t.Errorf("startOver: %v", err)
					}
				})
				want := w.write(t, 0, 3)
				p2ptest.Pass(t, 30*time.Millisecond)
				want = append(want, w.write(t, 3, 3)...)
				p2ptest.Pass(t, time.Second)
				want = append(want, w.write(t, 6, 3)...)
				p2ptest.Pass(t, 2*time.Second)
				for i, room := range w.rooms {
					p2ptest.WantTexts(t, texts(t, room, len(want)), want...)
					if told := peerWords(w.peers[i].told()); told != "" {
						t.Errorf("slot %d was told %q", i, told)
					}
					if open := w.peers[i].open(); open != 1 {
						t.Errorf("slot %d has %d connections, want one", i, open)
					}
				}
				if link.current() == before {
					t.Error("the old connection is still in use")
				}
			})
		})
	}
}

// TestOfferOfANewConnectionIsNotAnswered lets the path heal while this side waits
// for an answer. The chat goes on with the old connection.
func TestOfferOfANewConnectionIsNotAnswered(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		link := w.rooms[0].links[0]
		w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
		w.peers[1].wire.cut()
		p2ptest.Pass(t, 6*time.Second)
		link.work.Post(func() {
			if err := link.startOver(); err != nil {
				t.Errorf("startOver: %v", err)
			}
		})
		w.network.heal(w.peers[0].fakeHost, w.peers[1].fakeHost)
		p2ptest.Pass(t, time.Second)
		w.talks(t)
		p2ptest.Pass(t, time.Minute)
		w.talks(t)
		if told := peerWords(w.peers[0].told()); told != "interrupted connected" {
			t.Errorf("told %q", told)
		}
		if open := w.peers[0].open(); open != 1 {
			t.Errorf("%d connections, want one", open)
		}
	})
}

// TestPeerAsksWithoutEpoch lets a peer that leaves every epoch empty ask for an
// offer.
func TestPeerAsksWithoutEpoch(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for _, room := range w.rooms {
			room.signaling.reopen()
		}
		p2ptest.Pass(t, time.Second)
		link := w.rooms[0].links[0]
		link.work.Post(func() {
			link.receive([]*signalingv1.Signal{{Payload: &signalingv1.Signal_Renegotiate{Renegotiate: &signalingv1.Renegotiate{}}}})
		})
		p2ptest.Pass(t, time.Second)
		if epoch := link.negotiation.Epoch; epoch != 2 {
			t.Errorf("epoch %d, want an offer", epoch)
		}
		w.talks(t)
	})
}

// TestPongMayStayAway lets a peer answer no pings after a repair. It is then
// trusted for as long as the consent of its path is fresh.
func TestPongMayStayAway(t *testing.T) {
	for slot := range 2 {
		t.Run(fmt.Sprintf("of slot %d", slot), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.peers[slot].muted()
				p2ptest.Pass(t, time.Second) // until the last ping has arrived, which the repair would deliver
				w.peers[slot].move()
				w.isMendedOnce(t, slot)
				w.peers[slot].offline()
				p2ptest.Pass(t, 17*time.Second)
				if told := peerWords(w.peers[1-slot].told()); told != "interrupted gone:peer_gone" {
					t.Errorf("gone: told %q", told)
				}
			})
		})
	}
}

// TestPathThatNeverBroke repairs the path to a peer that stops answering pings
// and follows signaling. The platform sees no change of the path.
func TestPathThatNeverBroke(t *testing.T) {
	for slot := range 2 {
		t.Run(fmt.Sprintf("of slot %d", slot), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				follower := w.rooms[slot].signaling
				follower.mu.Lock()
				follower.clock.release = time.Hour
				follower.mu.Unlock()
				follower.reopen()
				w.peers[slot].muted()
				w.isMendedOnce(t, slot)
			})
		})
	}
}

// isMendedOnce fails unless the path to a peer that answers no pings is renewed
// once in two minutes.
func (w *world) isMendedOnce(t *testing.T, slot int) {
	t.Helper()
	p2ptest.Pass(t, 2*time.Minute)
	if told := peerWords(w.peers[1-slot].told()); told != "interrupted connected" {
		t.Errorf("told %q, want one repair", told)
	}
	for i, room := range w.rooms {
		if epoch := room.links[0].negotiation.Epoch; epoch != 2 {
			t.Errorf("slot %d is at epoch %d, want 2", i, epoch)
		}
	}
	w.talks(t)
}

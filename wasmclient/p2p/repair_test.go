//go:build !js

package p2p

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
)

// words returns changes as a few words.
func words(changes []Change) string {
	var said []string
	for _, change := range changes {
		switch {
		case change.Signaling != "":
			said = append(said, string(change.Signaling))
		case change.Reason != "":
			said = append(said, fmt.Sprintf("%s:%s", change.State, change.Reason))
		default:
			said = append(said, string(change.State))
		}
	}
	return strings.Join(said, " ")
}

// peerWords returns only the changes of peers.
func peerWords(changes []Change) string {
	return words(slices.DeleteFunc(changes, func(change Change) bool { return change.Signaling != "" }))
}

func TestReleasedStreamIsTold(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for _, room := range w.rooms {
			if got := room.changes.currentSignaling(); got != SignalingReleased {
				t.Errorf("signaling is %s, want released", got)
			}
		}
	})
}

func TestShortCutGoesUnnoticed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
		p2ptest.Pass(t, 3*time.Second)
		w.network.heal(w.peers[0].fakeHost, w.peers[1].fakeHost)
		w.talks(t)
		p2ptest.Pass(t, time.Minute)
		for i, peer := range w.peers {
			if told := words(peer.told()); told != "" {
				t.Errorf("slot %d was told %q", i, told)
			}
		}
	})
}

func TestCutThatHealsIsMended(t *testing.T) {
	for _, length := range []time.Duration{8 * time.Second, 12 * time.Second, 18 * time.Second} {
		t.Run(length.String(), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
				p2ptest.Pass(t, length)
				w.network.heal(w.peers[0].fakeHost, w.peers[1].fakeHost)
				p2ptest.Pass(t, time.Second)
				w.talks(t)
				p2ptest.Pass(t, 20*time.Second)
				for i, peer := range w.peers {
					if told := words(peer.told()); told != "interrupted resuming live connected released" {
						t.Errorf("slot %d was told %q", i, told)
					}
				}
			})
		})
	}
}

func TestWhatIsSentMeanwhileArrivesInOrder(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
		want := []string{"0", "1", "2", "3", "4"}
		for _, text := range want {
			for _, room := range w.rooms {
				if err := room.SendText(t.Context(), text); err != nil {
					t.Fatalf("SendText: %v", err)
				}
			}
			p2ptest.Pass(t, 2*time.Second)
		}
		w.network.heal(w.peers[0].fakeHost, w.peers[1].fakeHost)
		for _, room := range w.rooms {
			p2ptest.WantTexts(t, texts(t, room, len(want)), want...)
		}
	})
}

func TestAnotherAddressNeedsARestart(t *testing.T) {
	for mover := range 2 {
		t.Run(fmt.Sprintf("of slot %d", mover), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				began := time.Now()
				w.peers[mover].move()
				p2ptest.Pass(t, 15*time.Second)
				w.talks(t)
				for i, room := range w.rooms {
					if epoch := room.links[0].negotiation.Epoch; epoch != 2 {
						t.Errorf("slot %d is at epoch %d after %v, want 2", i, epoch, time.Since(began))
					}
				}
			})
		})
	}
}

func TestTheHigherSlotOffersWhenNothingComes(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		lower := w.rooms[0].links[0]
		lower.work.Post(func() { lower.room.settings.clock.restart = time.Hour })
		w.peers[1].move()
		p2ptest.Pass(t, 6*time.Second+5*time.Second+2*time.Second)
		w.talks(t)
	})
}

func TestBothOfferAtOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for _, room := range w.rooms {
			room.signaling.reopen()
		}
		p2ptest.Pass(t, time.Second)
		var both sync.WaitGroup
		both.Add(len(w.rooms))
		for _, room := range w.rooms {
			link := room.links[0]
			link.work.Post(func() {
				both.Done()
				both.Wait() // else the offer of one can come before the other one restarts
				if err := link.restart(); err != nil {
					t.Errorf("restart: %v", err)
				}
			})
		}
		p2ptest.Pass(t, time.Second)
		w.talks(t)
		for i, room := range w.rooms {
			link := room.links[0]
			if link.current().offering() || link.negotiation.Epoch != 2 {
				t.Errorf("slot %d: offering %v, epoch %d", i, link.current().offering(), link.negotiation.Epoch)
			}
		}
		if w.rooms[0].links[0].negotiation.Remote() == "" || w.peers[0].open() != 1 || w.peers[1].open() != 1 {
			t.Error("the connection was not kept")
		}
	})
}

func TestPathThatStaysDeadEndsTheRoom(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
		p2ptest.Pass(t, 22*time.Second)
		for i, peer := range w.peers {
			if told := words(peer.told()); told != "interrupted resuming live" {
				t.Errorf("after 22s slot %d was told %q", i, told)
			}
		}
		p2ptest.Pass(t, 8*time.Second)
		for i, room := range w.rooms {
			if got := room.Peers(); len(got) != 0 {
				t.Errorf("slot %d still sees %v after 30s", i, got)
			}
			if got := ending(t, room); got != ReasonPeerGone {
				t.Errorf("slot %d ended with %q", i, got)
			}
			if told := peerWords(w.peers[i].told()); told != "gone:peer_gone" {
				t.Errorf("slot %d was told %q", i, told)
			}
		}
	})
}

func TestWhoVanishesIsGoneInTenSeconds(t *testing.T) {
	for slot := range 2 {
		inWorld(t, func(t *testing.T, w *world) {
			vanished, left := w.peers[slot], w.peers[1-slot]
			vanished.offline()
			p2ptest.Pass(t, 7500*time.Millisecond)
			if told := peerWords(left.told()); told != "interrupted" && told != "" {
				t.Errorf("slot %d was told %q too early", 1-slot, told)
			}
			p2ptest.Pass(t, 2750*time.Millisecond)
			if got := w.rooms[1-slot].Peers(); len(got) != 0 {
				t.Errorf("slot %d still sees %v after 10.25s", 1-slot, got)
			}
		})
	}
}

func TestHiddenPeerIsBorneWith(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.rooms[1].SetHidden(true)
		p2ptest.Pass(t, time.Second)
		w.peers[1].offline()
		p2ptest.Pass(t, 50*time.Second)
		if told := peerWords(w.peers[0].told()); told != "interrupted" {
			t.Errorf("told %q, want only interrupted", told)
		}
		w.peers[1].online()
		p2ptest.Pass(t, 2*time.Second)
		w.rooms[1].SetHidden(false)
		if told := peerWords(w.peers[0].told()); told != "connected" {
			t.Errorf("told %q, want connected", told)
		}
		p2ptest.Pass(t, time.Second)
		w.peers[1].offline()
		p2ptest.Pass(t, 11*time.Second)
		if told := peerWords(w.peers[0].told()); told != "interrupted gone:peer_gone" {
			t.Errorf("shown again: told %q, want gone", told)
		}
	})
}

// The goodbye that cannot cross the broken path comes from the server.
func TestWhoLeavesWhileInterruptedIsGoneAtOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
		p2ptest.Pass(t, 6500*time.Millisecond) // long before the peer is given up
		_ = w.rooms[1].Close()
		p2ptest.Pass(t, 300*time.Millisecond)
		if told := peerWords(w.peers[0].told()); told != "interrupted gone:peer_gone" {
			t.Errorf("told %q, want gone", told)
		}
	})
}

func TestFullBufferKeepsSendersWaiting(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
		sent := make(chan error, 1)
		go func() {
			for range 30 {
				if err := w.rooms[0].SendData(t.Context(), "flood", make([]byte, 60_000)); err != nil {
					sent <- err
					return
				}
			}
			sent <- nil
		}()
		go func() {
			for _, err := range w.rooms[1].Messages() {
				if err != nil {
					return
				}
			}
		}()
		p2ptest.Pass(t, 9*time.Second)
		if len(sent) > 0 {
			t.Fatalf("all was sent while the path was cut: %v", <-sent)
		}
		w.network.heal(w.peers[0].fakeHost, w.peers[1].fakeHost)
		if err := <-sent; err != nil {
			t.Errorf("SendData: %v", err)
		}
	})
}

func TestAPeerIsHeardAtOnceWhenThePageIsShown(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for range 5 {
			p2ptest.Pass(t, 1300*time.Millisecond)
			w.rooms[0].networkChanged(false)
			p2ptest.Pass(t, 100*time.Millisecond)
			if at, _ := w.rooms[0].links[0].lastHeard(); time.Since(at) > 100*time.Millisecond {
				t.Errorf("heard %v ago", time.Since(at))
			}
		}
	})
}

func TestAnotherNetworkIsLookedAtAtOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		before := w.peers[0].wire.count(signalingv1connect.SignalingServiceJoinRoomProcedure)
		w.rooms[0].networkChanged(true)
		p2ptest.Pass(t, 100*time.Millisecond)
		if asked := w.peers[0].wire.count(signalingv1connect.SignalingServiceJoinRoomProcedure) - before; asked != 1 {
			t.Errorf("JoinRoom was called %d times, want once", asked)
		}
		p2ptest.Pass(t, 10*time.Second)
		if told := words(w.peers[0].told()); told != "resuming live released" {
			t.Errorf("told %q, want a visit to the server", told)
		}
		w.peers[1].offline()
		w.rooms[0].networkChanged(false)
		p2ptest.Pass(t, 2500*time.Millisecond)
		if told := peerWords(w.peers[0].told()); told != "interrupted" {
			t.Errorf("told %q, want silence noticed in 2s", told)
		}
	})
}

func TestSleepIsForgiven(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for _, room := range w.rooms {
			link := room.links[0]
			link.work.Post(func() { // as after an hour in which no timer ran
				link.mu.Lock()
				link.heardAt = link.heardAt.Add(-time.Hour)
				link.mu.Unlock()
				link.heart.due = link.heart.due.Add(-time.Hour)
				link.beat()
			})
		}
		p2ptest.Pass(t, time.Minute)
		if told := words(w.peers[0].told()); told != "" {
			t.Errorf("told %q, want nothing", told)
		}
		w.talks(t)
	})
}

func TestNewRemoteConnectionNeedsAnInterruption(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		fresh := func(room *Room) func() {
			link := room.links[0]
			return func() {
				if err := link.offer(); err != nil {
					t.Errorf("offer: %v", err)
				}
			}
		}
		w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
		p2ptest.Pass(t, 9*time.Second)
		before := w.rooms[1].links[0].current()
		w.rooms[0].links[0].work.Post(fresh(w.rooms[0]))
		w.network.heal(w.peers[0].fakeHost, w.peers[1].fakeHost)
		p2ptest.Pass(t, time.Second)
		w.talks(t)
		if w.rooms[1].links[0].current() == before {
			t.Error("the old connection is still in use")
		}
	})
}

// currentSignaling returns the last state that was set, live before the first.
func (c *changes) currentSignaling() SignalingState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.signaling
}

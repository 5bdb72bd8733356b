//go:build !js

package p2p

import (
	"testing"
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
)

func TestServersAndPathGoneForALongTime(t *testing.T) {
	for _, length := range []time.Duration{12 * time.Second, 50 * time.Second} {
		t.Run(length.String(), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				for _, peer := range w.peers {
					peer.offline()
				}
				p2ptest.Pass(t, length)
				w.server.restart(t)
				for _, peer := range w.peers {
					peer.online()
				}
				p2ptest.Pass(t, 13*time.Second)
				w.talks(t)
			})
		})
	}
	t.Run("too long", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			for _, peer := range w.peers {
				peer.offline()
			}
			p2ptest.Pass(t, 70*time.Second)
			for i, room := range w.rooms {
				if got := ending(t, room); got != ReasonPeerGone {
					t.Errorf("slot %d ended with %q", i, got)
				}
			}
		})
	})
}

func TestServerForgetsTheRoomDuringTheRepair(t *testing.T) {
	for _, after := range []time.Duration{7 * time.Second, 11*time.Second + 30*time.Millisecond, 12 * time.Second} {
		t.Run(after.String(), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.peers[0].move()
				p2ptest.Pass(t, after)
				w.server.restart(t)
				p2ptest.Pass(t, 8*time.Second)
				w.talks(t)
				p2ptest.Pass(t, 10*time.Second)
				for i, room := range w.rooms {
					if got := room.changes.currentSignaling(); got != SignalingReleased {
						t.Errorf("slot %d: signaling is %s, want released", i, got)
					}
				}
			})
		})
	}
}

func TestServersStayAway(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for _, peer := range w.peers {
			peer.wire.cut()
		}
		w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
		p2ptest.Pass(t, 40*time.Second)
		if told := words(w.peers[0].told()); told != "interrupted resuming" {
			t.Errorf("told %q, want to wait", told)
		}
	})
}

// TestClosedRoomAndSilenceAreTheEnd closes the recreated room while two people
// talk. They notice nothing until one of them vanishes.
func TestClosedRoomAndSilenceAreTheEnd(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.server.restart(t)
		_, err := w.rooms[1].signaling.member.reportOutcome(t.Context(), &signalingv1.ReportOutcomeRequest{
			PeerId:  w.rooms[0].Self(),
			Outcome: &signalingv1.ReportOutcomeRequest_Failed{Failed: &signalingv1.Failed{}},
		})
		if err != nil {
			t.Fatalf("ReportOutcome: %v", err)
		}
		w.talks(t)
		w.peers[1].offline()
		p2ptest.Pass(t, 8*time.Second)
		if told := words(w.peers[0].told()); told != "interrupted resuming lost" {
			t.Errorf("after 8s told %q, want to wait a little", told)
		}
		p2ptest.Pass(t, 1250*time.Millisecond)
		if got := ending(t, w.rooms[0]); got != ReasonPeerGone {
			t.Errorf("ended with %q", got)
		}
	})
}

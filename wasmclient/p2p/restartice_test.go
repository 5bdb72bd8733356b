//go:build !js

package p2p

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
)

// TestRestartICE lets either side ask for a new path while the old one works. Both repair
// the link, keep the connection, and lose nothing.
func TestRestartICE(t *testing.T) {
	for slot, room := range []string{"the lower slot", "the higher slot"} {
		t.Run(room, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				before := w.descriptions()
				if err := w.rooms[slot].RestartICE(w.rooms[slot].Peers()[0].ID); err != nil {
					t.Fatal(err)
				}
				for i, room := range w.rooms {
					if err := room.SendText(t.Context(), "meanwhile"); err != nil {
						t.Errorf("slot %d: %v", i, err)
					}
				}
				p2ptest.Pass(t, 8*time.Second)
				w.wereTold(t, []PeerState{PeerInterrupted, PeerConnected})
				for i, room := range w.rooms {
					if got := texts(t, room, 1); !slices.Equal(got, []string{"meanwhile"}) {
						t.Errorf("slot %d heard %q", i, got)
					}
					if epoch := room.links[0].negotiation.Epoch; epoch != 2 {
						t.Errorf("slot %d: epoch %d, want 2", i, epoch)
					}
				}
				for i, after := range w.descriptions() {
					if after == before[i] {
						t.Errorf("slot %d describes itself as before: %q", i, after)
					}
				}
				if one, other := w.peers[0].open(), w.peers[1].open(); one != 1 || other != 1 {
					t.Errorf("%d and %d connections, want the old ones", one, other)
				}
				p2ptest.Pass(t, 10*time.Second)
				w.talks(t)
			})
		})
	}
}

func (w *world) descriptions() (all []string) {
	for _, room := range w.rooms {
		all = append(all, room.links[0].current().pc.LocalSDP())
	}
	return all
}

// TestRestartICEOfBoth lets both sides ask at once, and again while they repair.
func TestRestartICEOfBoth(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for range 3 {
			for _, room := range w.rooms {
				if err := room.RestartICE(room.Peers()[0].ID); err != nil {
					t.Error(err)
				}
			}
			p2ptest.Pass(t, time.Second)
		}
		p2ptest.Pass(t, 10*time.Second)
		w.talks(t)
		if epoch := w.rooms[0].links[0].negotiation.Epoch; epoch < 2 {
			t.Errorf("epoch %d", epoch)
		}
	})
}

// TestRestartICEWithoutServer asks for a new path that nobody can negotiate: the old one is
// used again.
func TestRestartICEWithoutServer(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for _, peer := range w.peers {
			peer.wire.cut()
		}
		if err := w.rooms[0].RestartICE(w.rooms[0].Peers()[0].ID); err != nil {
			t.Fatal(err)
		}
		p2ptest.Pass(t, 12*time.Second)
		w.talks(t)
		w.rooms[0].Silence(3 * time.Second) // is not cut short by what came before
		if err := w.rooms[0].SendText(t.Context(), "held back"); err != nil {
			t.Error(err)
		}
		p2ptest.Pass(t, 2*time.Second)
		for i, peer := range w.peers {
			peer.told()
			if len(w.rooms[i].Peers()) != 1 {
				t.Errorf("slot %d has given up", i)
			}
		}
		if got := texts(t, w.rooms[1], 1); !slices.Equal(got, []string{"held back"}) {
			t.Errorf("heard %q", got)
		}
	})
}

func TestRestartICEOfNobody(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for _, id := range []string{"", "nobody", w.rooms[0].Self()} {
			if err := w.rooms[0].RestartICE(id); !errors.Is(err, ErrUnknownPeer) {
				t.Errorf("%q: %v", id, err)
			}
		}
		id := w.rooms[0].Peers()[0].ID
		_ = w.rooms[1].Close()
		p2ptest.Pass(t, time.Second)
		var ended *EndedError
		if err := w.rooms[0].RestartICE(id); !errors.As(err, &ended) || ended.Reason != ReasonPeerLeft {
			t.Errorf("a peer that has left: %v", err)
		}
	})
}

// TestRelayOnlyLater lets one side of a direct connection go through the relay only, with
// real connections. The other side learns no further address.
func TestRelayOnlyLater(t *testing.T) {
	t.Parallel()
	url, relay := serveRelayed(t, false)
	quick := withClock(func(c *timeouts) { c.unheard, c.ping = 2*time.Second, 500*time.Millisecond })
	rooms := findAll(t, NewClient(url, quick), NewClient(url, quick))
	room := rooms[0]
	waitFor(t, "the connection is direct", func() bool { return room.links[0].current().pc.Stats().Local == "host" })
	if !room.HasRelay() {
		t.Error("the room has no TURN server")
	}
	if err := room.RelayOnly(); err != nil {
		t.Fatal(err)
	}
	if err := room.RestartICE(room.Peers()[0].ID); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the connection is relayed", func() bool {
		pairs := room.Pairs(room.Peers()[0].ID)
		return len(pairs) > 0 && pairs[0].Selected && pairs[0].LocalType == "relay"
	})
	if relay.Allocations() == 0 {
		t.Error("nothing is relayed")
	}
	seen := rooms[1].links[0].current().pc.Platform().(*webrtc.PeerConnection).CurrentRemoteDescription().SDP
	for line := range strings.Lines(seen) {
		if strings.HasPrefix(line, "a=candidate:") && !strings.Contains(line, " typ relay") {
			t.Errorf("the peer sees %q", line)
		}
	}
	if err := room.SendText(t.Context(), "hello"); err != nil {
		t.Fatal(err)
	}
	texts(t, rooms[1], 1)
}

func TestRelayOnlyWithoutRelay(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		if err := w.rooms[0].RelayOnly(); !errors.Is(err, ErrNoRelay) || w.rooms[0].HasRelay() {
			t.Errorf("%v, relay %v", err, w.rooms[0].HasRelay())
		}
		if w.rooms[0].ways().RelayOnly {
			t.Error("and yet relays only")
		}
	})
}

// waitFor waits until the network of this machine has made a condition true.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for ctx := testContext(t); !holds(); time.Sleep(20 * time.Millisecond) {
		if ctx.Err() != nil {
			t.Fatalf("waited until %s", what)
		}
	}
}

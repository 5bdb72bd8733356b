//go:build !js

package p2p

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
)

// trouble is a fault of a stream. Until heal, the server cannot be reached.
var trouble = map[string]struct {
	begin func(t *testing.T, w *fakeWire)
	takes time.Duration
}{
	"torn":             {func(_ *testing.T, w *fakeWire) { w.tear() }, time.Second},
	"cut for a minute": {func(_ *testing.T, w *fakeWire) { w.cut() }, time.Minute},
	"silent":           {func(_ *testing.T, w *fakeWire) { w.silence() }, time.Minute},
	"forgotten":        {func(t *testing.T, w *fakeWire) { w.server.restart(t) }, time.Second},
}

func TestWhoWaitsRecovers(t *testing.T) {
	for name, trouble := range trouble {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, network := newFakeServer(t), newFakeNetwork()
				waits, comes := newFakePeer(network, server), newFakePeer(network, server)
				one := findFor(t, waits)
				p2ptest.Pass(t, 5*time.Second)
				trouble.begin(t, waits.wire)
				p2ptest.Pass(t, trouble.takes)
				waits.wire.heal()
				p2ptest.Pass(t, 13*time.Second)
				together(t, one, findFor(t, comes))
				p2ptest.Pass(t, time.Second)
			})
		})
	}
}

// A stream on which events arrive is not taken for a silent one.
func TestALivelyStreamIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, network := newFakeServer(t), newFakeNetwork()
		waits, comes := newFakePeer(network, server), newFakePeer(network, server)
		one := findFor(t, waits)
		p2ptest.Pass(t, 5*time.Minute)
		if got := waits.wire.count(matchmakingv1connect.MatchmakingServiceFindMatchProcedure); got != 1 {
			t.Errorf("the search was attached %d times in five minutes, want once", got)
		}
		together(t, one, findFor(t, comes))
		p2ptest.Pass(t, time.Second)
	})
}

// Streams last as long as the server lets them again after an outage, in which
// they seemed to be blocked.
func TestLongPollingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, network := newFakeServer(t), newFakeNetwork()
		waits, comes := newFakePeer(network, server), newFakePeer(network, server)
		one := findFor(t, waits)
		p2ptest.Pass(t, 5*time.Second)
		waits.wire.silence()
		p2ptest.Pass(t, time.Minute)
		waits.wire.heal()
		p2ptest.Pass(t, time.Minute)
		before := waits.wire.count(matchmakingv1connect.MatchmakingServiceFindMatchProcedure)
		p2ptest.Pass(t, 5*time.Minute)
		if got := waits.wire.count(matchmakingv1connect.MatchmakingServiceFindMatchProcedure) - before; got > 1 {
			t.Errorf("the search was attached %d times in five minutes, want once at most", got)
		}
		together(t, one, findFor(t, comes))
		p2ptest.Pass(t, time.Second)
	})
}

// The stream of a member is released when all of its pairs are confirmed, and not
// before.
func TestReleaseWaitsForTheOtherReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{network: newFakeNetwork(), server: newFakeServer(t)}
		var searches []<-chan found
		for i := range 3 {
			peer := newFakePeer(w.network, w.server)
			if w.peers = append(w.peers, peer); i > 0 { // of this pair nobody reports
				peer.wire.lose(signalingv1connect.SignalingServiceReportOutcomeProcedure)
			}
			searches = append(searches, find(t.Context(), t, peer.client, WithGroupSize(3)))
		}
		for _, search := range searches {
			got := <-search
			if got.err != nil {
				t.Fatal(got.err)
			}
			w.rooms = append(w.rooms, got.room)
		}
		p2ptest.Pass(t, 15*time.Second)
		if got := w.rooms[2].changes.currentSignaling(); got != SignalingLive {
			t.Errorf("signaling is %s before the last report, want live", got)
		}
		w.peers[1].wire.heal()
		w.peers[2].wire.heal()
		p2ptest.Pass(t, 10*time.Second)
		if got := w.rooms[2].changes.currentSignaling(); got != SignalingReleased {
			t.Errorf("signaling is %s after it, want released", got)
		}
		w.close(t)
	})
}

func TestAnotherNetworkEndsThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, network := newFakeServer(t), newFakeNetwork()
		waits, comes := newFakePeer(network, server), newFakePeer(network, server)
		var changed func(bool)
		waits.client.settings.network = func(tell func(bool)) (stop func()) {
			changed = tell
			return func() {}
		}
		one := findFor(t, waits)
		p2ptest.Pass(t, 5*time.Second)
		waits.wire.cut()
		p2ptest.Pass(t, time.Minute)
		waits.wire.heal()
		changed(true)
		began := time.Now()
		together(t, one, findFor(t, comes))
		if took := time.Since(began); took > 500*time.Millisecond {
			t.Errorf("took %v, want at once", took)
		}
		p2ptest.Pass(t, time.Second)
	})
}

// Signaling breaks while the stream is not yet released.
func TestAYoungRoomRecovers(t *testing.T) {
	for name, trouble := range trouble {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := openWorld(t)
				p2ptest.Pass(t, time.Second)
				trouble.begin(t, w.peers[0].wire)
				p2ptest.Pass(t, trouble.takes)
				w.peers[0].wire.heal()
				w.talks(t)
				p2ptest.Pass(t, time.Minute)
				for i, room := range w.rooms {
					if got := room.changes.currentSignaling(); got != SignalingReleased {
						t.Errorf("slot %d: signaling is %s, want released", i, got)
					}
					if told := peerWords(w.peers[i].told()); told != "" {
						t.Errorf("slot %d was told %q", i, told)
					}
				}
				w.close(t)
			})
		})
	}
}

func TestRefusedTokenLosesSignalingOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := openWorld(t)
		p2ptest.Pass(t, 10*time.Second)
		w.server.replaceKeys(t)
		w.rooms[0].networkChanged(true)
		p2ptest.Pass(t, 10*time.Second)
		if got := w.rooms[0].changes.currentSignaling(); got != SignalingLost {
			t.Errorf("signaling is %s, want lost", got)
		}
		w.talks(t)
		w.network.cut(w.peers[0].fakeHost, w.peers[1].fakeHost)
		p2ptest.Pass(t, 20*time.Second)
		w.network.heal(w.peers[0].fakeHost, w.peers[1].fakeHost)
		w.talks(t)
		w.close(t)
	})
}

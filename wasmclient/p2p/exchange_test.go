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

// TestOneExchange lets a pair meet and counts what it costs: the offer comes with
// the match, the answer with the join, and one reports for both.
func TestOneExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, network := newFakeServer(t), newFakeNetwork()
		waits, comes := newFakePeer(network, server), newFakePeer(network, server)
		one := findFor(t, waits)
		p2ptest.Pass(t, 5*time.Second)
		two := findFor(t, comes)
		together(t, one, two)
		p2ptest.Pass(t, 10*time.Second)
		for _, peer := range []*fakePeer{waits, comes} {
			t.Logf("%q", peer.wire.calls)
		}
		for procedure, want := range map[string]int{
			matchmakingv1connect.MatchmakingServiceFindMatchProcedure: 2,
			signalingv1connect.SignalingServiceJoinRoomProcedure:      2,
			signalingv1connect.SignalingServiceSendSignalsProcedure:   0,
			signalingv1connect.SignalingServiceReportOutcomeProcedure: 1,
		} {
			if got := waits.wire.count(procedure) + comes.wire.count(procedure); got != want {
				t.Errorf("%s was called %d times, want %d", procedure, got, want)
			}
		}
	})
}

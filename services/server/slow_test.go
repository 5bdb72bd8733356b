package server_test

import (
	"net/http"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// TestSlowReader joins a room and never reads the stream. The sender must get an
// error when the inbox is full, others must not be affected, and the room must
// still end in time.
func TestSlowReader(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *server.Server, client *http.Client) {
		finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory")
		rooms := signalingv1connect.NewSignalingServiceClient(client, "http://memory")
		a, b := pair(t, finding)
		sender := joinRoom(t, rooms, a.GetRoomToken())
		receive(t, sender)
		slow := joinRoom(t, rooms, b.GetRoomToken())
		receive(t, slow) // and nothing more
		if receive(t, sender).GetPeerJoined() == nil {
			t.Fatalf("got %v, want the peer", sender.Msg())
		}

		stored := uint64(0)
		for {
			response, err := rooms.SendSignals(withToken(t.Context(), a.GetRoomToken()), &signalingv1.SendSignalsRequest{
				ToPeerId: b.GetPeerId(), FirstSeq: stored + 1, Signals: []*signalingv1.Signal{description(16 << 10)},
			})
			if connect.CodeOf(err) == connect.CodeResourceExhausted {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if stored = response.GetLastStoredSeq(); stored > 10_000 {
				t.Fatalf("%d MB went to a peer that reads nothing", stored>>6)
			}
		}
		pair(t, finding)
		began := time.Now()
		for receive(t, sender).GetHeartbeat() != nil {
		}
		if got := sender.Msg().GetRoomClosed().GetReason(); got != signalingv1.RoomClosed_REASON_CONNECT_FAILED {
			t.Errorf("got %v, want the room closed because they could not connect", sender.Msg())
		}
		if waited := time.Since(began); waited > 20*time.Second {
			t.Errorf("closed after %v, want 20s at most", waited)
		}
	})
}

package server_test

import (
	"crypto/rand"
	"testing"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// TestCancelNamesThePool cancels one of two tickets that have one request id in
// two pools.
func TestCancelNamesThePool(t *testing.T) {
	t.Parallel()
	listening := listen(t, newServer(t, server.Config{}), false)
	client := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), listening.URL)
	id := rand.Text()
	here := findMatch(t, client, &matchmakingv1.FindMatchRequest{RequestId: id})
	there := findMatch(t, client, &matchmakingv1.FindMatchRequest{RequestId: id, Pool: "elsewhere"})
	if receive(t, here).GetQueued() == nil || receive(t, there).GetQueued() == nil {
		t.Fatalf("first events are %v and %v, want queued", here.Msg(), there.Msg())
	}
	response, err := client.CancelMatch(t.Context(), &matchmakingv1.CancelMatchRequest{RequestId: id, Pool: "elsewhere"})
	if err != nil || response.GetCancelled() == nil {
		t.Fatalf("cancel: %v, %v", response, err)
	}
	if got := receive(t, there).GetEnded().GetReason(); got != matchmakingv1.Ended_REASON_CANCELLED {
		t.Errorf("the ticket elsewhere ended with %v", got)
	}
	partner := findMatch(t, client, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Pool: "lobby"})
	if receive(t, here).GetMatched() == nil || receive(t, partner).GetMatched() == nil {
		t.Errorf("in the lobby: %v and %v, want a match", here.Msg(), partner.Msg())
	}
}

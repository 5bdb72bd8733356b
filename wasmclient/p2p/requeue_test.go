//go:build !js

package p2p

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// ghost waits for a partner without the SDK, and never joins the room. It returns
// when it is in the queue; matched yields the match.
func ghost(t *testing.T, url string) (matched <-chan *matchmakingv1.Matched) {
	t.Helper()
	events, err := matchmakingv1connect.NewMatchmakingServiceClient(http.DefaultClient, url).
		FindMatch(testContext(t), &matchmakingv1.FindMatchRequest{RequestId: platform.RandomID()})
	if err != nil || !events.Receive() {
		t.Fatalf("FindMatch: %v", err)
	}
	t.Cleanup(func() { _ = events.Close() })
	result := make(chan *matchmakingv1.Matched, 1)
	go func() {
		for more := true; more; more = events.Receive() {
			if matched := events.Msg().GetMatched(); matched != nil {
				result <- matched
			}
		}
	}()
	return result
}

// placeKept waits until a search whose match failed is in the queue again, and
// fails the test if it had to ask for a new place.
func placeKept(t *testing.T, progress *stages) {
	t.Helper()
	progress.wait(t, StageStillLooking)
	if now := progress.next(t); now.Stage != StageWaiting {
		t.Errorf("after still looking came stage %d, want the old place at once", now.Stage)
	}
}

func TestAnInnocentKeepsThePlaceInTheQueue(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	innocent, later := NewClient(url), NewClient(url)
	rooms := findAll(t, innocent, later)
	known := rooms[1].Peers()[0].Pseudonym
	for _, room := range rooms {
		_ = room.Close()
	}

	ghost(t, url)
	progress, laterProgress := newStages(), newStages()
	one := find(testContext(t), t, innocent, progress.option())
	progress.wait(t, StageConnecting)
	ctx, cancel := context.WithCancel(testContext(t))
	two := find(ctx, t, later, laterProgress.option(), WithAvoid(known))
	laterProgress.wait(t, StageWaiting)
	placeKept(t, progress)

	together(t, one, find(testContext(t), t, NewClient(url)))
	cancel()
	if got := <-two; got.err == nil {
		t.Error("who came later was matched first, or with somebody blocked")
	}
}

func TestWhoCouldNotBeReachedIsReplaced(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	progress := newStages()
	one := find(testContext(t), t, NewClient(url), progress.option())
	progress.wait(t, StageWaiting)
	ctx, cancel := context.WithCancel(testContext(t))
	// Only this clock is short: the other person connects to the next one by it.
	soon := withClock(func(c *timeouts) { c.connect = 300 * time.Millisecond })
	unreachable := find(ctx, t, NewClient(url, soon), func(s *settings) {
		s.engine = rtc.Pion(func(engine *webrtc.SettingEngine) {
			engine.SetInterfaceFilter(func(string) bool { return false })
		})
	})
	placeKept(t, progress)
	together(t, one, find(testContext(t), t, NewClient(url)))
	cancel()
	<-unreachable
}

func TestWhoChangedTheirMindIsReplaced(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	matched := ghost(t, url)
	progress := newStages()
	one := find(testContext(t), t, NewClient(url), progress.option())
	leaver := signalingv1connect.NewSignalingServiceClient(asMember(http.DefaultClient, <-matched), url)
	if _, err := leaver.LeaveRoom(testContext(t), &signalingv1.LeaveRoomRequest{}); err != nil {
		t.Fatalf("LeaveRoom: %v", err)
	}
	placeKept(t, progress)
	together(t, one, find(testContext(t), t, NewClient(url)))
}

// TestWhoConcealsAConnectionLosesThePlace lets a peer open the channel, report
// nothing and say goodbye at once. The server hears of the connection from this
// side, although this side leaves at once as well.
func TestWhoConcealsAConnectionLosesThePlace(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	matched := ghost(t, url)
	one := find(testContext(t), t, NewClient(url))
	match := <-matched
	peer := enter(testContext(t), t, url, match)
	peer.bye(<-peer.open)
	if got := <-one; got.err == nil {
		_ = got.room.Close()
	}
	again, err := peer.client.JoinRoom(testContext(t), &signalingv1.JoinRoomRequest{Attempt: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close() //nolint:errcheck // only read
	for again.Receive() {
		if closed := again.Msg().GetRoomClosed(); closed != nil {
			if closed.GetRequeueToken() != "" {
				t.Errorf("closed for %v with the place in the queue, want without", closed.GetReason())
			}
			return
		}
	}
	t.Errorf("the stream ended without an end of the room: %v", again.Err())
}

//go:build !js

package p2p

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

func wantReason(t *testing.T, err error, want Reason) EndedError {
	t.Helper()
	var ended *EndedError
	if !errors.As(err, &ended) || ended.Reason != want {
		t.Errorf("ended with %v, want %s", err, want)
		return EndedError{}
	}
	return *ended
}

func aboutField(field string) *errdetails.BadRequest {
	return &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: field}}}
}

func TestFindAsksForWhatTheOptionsSay(t *testing.T) {
	t.Parallel()
	script, client := play(t, expires)
	client.recent.add("met")
	got := <-find(testContext(t), t, client, WithPool("pool"), WithGroupSize(3),
		WithInterests("music", "chess"), WithInterestsOnly(), WithAvoid("one", "two"))
	wantReason(t, got.err, ReasonExpired)
	asked := script.requests()[0]
	want := &matchmakingv1.FindMatchRequest{
		RequestId: asked.GetRequestId(), ClientId: client.id, Pool: "pool", GroupSize: 3,
		Interests: []string{"music", "chess"}, InterestsOnly: true,
		Avoid: []string{"one", "two"}, Recent: []string{"met"},
	}
	if difference := cmp.Diff(want, asked, protocmp.Transform()); difference != "" {
		t.Errorf("asked (-want +got):\n%s", difference)
	}
}

func TestRefusedRequeueTokenMakesAPlainArrival(t *testing.T) {
	t.Parallel()
	because := func(reason matchmakingv1.ErrorReason) *errdetails.ErrorInfo {
		return &errdetails.ErrorInfo{Reason: reason.String(), Domain: "wasmp2pchat.matchmaking.v1"}
	}
	for name, refused := range map[string]line{
		"not genuine":       refusal(t, connect.CodeUnauthenticated, because(matchmakingv1.ErrorReason_ERROR_REASON_REQUEUE_TOKEN_INVALID)),
		"too old":           refusal(t, connect.CodeUnauthenticated, because(matchmakingv1.ErrorReason_ERROR_REASON_REQUEUE_TOKEN_EXPIRED)),
		"of another ticket": refusal(t, connect.CodeInvalidArgument, because(matchmakingv1.ErrorReason_ERROR_REASON_INVALID_FIELD), aboutField("requeue_token")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script, client := play(t, refused, expires)
			client.recent.add("met")
			_, err := newSearch(client, client.settings, &progress{}).match(testContext(t), "token")
			wantReason(t, err, ReasonExpired)
			asked := script.requests()
			if len(asked) != 2 || asked[0].GetRequeueToken() != "token" || asked[1].GetRequeueToken() != "" ||
				asked[0].GetRequestId() == asked[1].GetRequestId() || !slices.Equal(asked[1].GetRecent(), []string{"met"}) {
				t.Errorf("asked %v, want the same with another request_id and no token", asked)
			}
		})
	}
}

func TestAwayForTooLongMakesAPlainArrival(t *testing.T) {
	t.Parallel()
	gone := line{events: []*matchmakingv1.FindMatchResponse{{
		Event: &matchmakingv1.FindMatchResponse_Ended{Ended: &matchmakingv1.Ended{Reason: matchmakingv1.Ended_REASON_CLIENT_GONE}},
	}}}
	script, client := play(t, gone, expires)
	progress := newStages()
	got := <-find(testContext(t), t, client, progress.option())
	wantReason(t, got.err, ReasonExpired)
	if asked := script.requests(); len(asked) != 2 || asked[0].GetRequestId() == asked[1].GetRequestId() {
		t.Errorf("asked %v, want twice with different request_ids", asked)
	}
	if slices.Contains(progress.seen, StageStillLooking) {
		t.Error("told of a partner who did not work out; there was none")
	}
}

func TestRefusedRecentIsForgotten(t *testing.T) {
	t.Parallel()
	refused := refusal(t, connect.CodeInvalidArgument, aboutField("recent[0]"))
	t.Run("and the search goes on", func(t *testing.T) {
		t.Parallel()
		script, client := play(t, refused, expires)
		client.recent.add("of replaced keys")
		got := <-find(testContext(t), t, client)
		wantReason(t, got.err, ReasonExpired)
		asked := script.requests()
		if len(asked) != 2 || len(asked[0].GetRecent()) != 1 || asked[1].GetRecent() != nil || asked[0].GetRequestId() == asked[1].GetRequestId() {
			t.Errorf("asked %v, want a second time without recent", asked)
		}
		if left := client.recent.list(); left != nil {
			t.Errorf("still remembers %v", left)
		}
	})
	t.Run("but only once", func(t *testing.T) {
		t.Parallel()
		script, client := play(t, refused)
		client.recent.add("of replaced keys")
		got := <-find(testContext(t), t, client)
		wantReason(t, got.err, ReasonRefused)
		if asked := script.requests(); len(asked) != 2 {
			t.Errorf("asked %d times, want 2", len(asked))
		}
	})
}

func TestOtherRefusalsEndTheSearch(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]line{
		"a proxy's":       refusal(t, connect.CodeUnauthenticated),
		"another field's": refusal(t, connect.CodeInvalidArgument, aboutField("avoid[3]")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script, client := play(t, refused)
			client.recent.add("met")
			_, err := newSearch(client, client.settings, &progress{}).match(testContext(t), "token")
			wantReason(t, err, ReasonRefused)
			if asked := script.requests(); len(asked) != 1 {
				t.Errorf("asked %d times, want once", len(asked))
			}
		})
	}
}

var matched = line{events: []*matchmakingv1.FindMatchResponse{{Event: &matchmakingv1.FindMatchResponse_Matched{
	Matched: &matchmakingv1.Matched{PeerId: "self", Members: []*matchmakingv1.Member{{PeerId: "self"}, {PeerId: "other"}}},
}}}}

// TestMissesInARow lets matches fail for one reason and another: a search ends only
// when it is the same reason three times in a row.
func TestMissesInARow(t *testing.T) {
	t.Parallel()
	const (
		failed  = signalingv1.RoomClosed_REASON_CONNECT_FAILED
		missing = signalingv1.RoomClosed_REASON_PEER_MISSING
	)
	for name, test := range map[string]struct {
		rooms []signalingv1.RoomClosed_Reason
		want  Reason
	}{
		"mixed":       {[]signalingv1.RoomClosed_Reason{failed, failed, missing, failed, failed}, ReasonExpired},
		"three alike": {[]signalingv1.RoomClosed_Reason{failed, missing, missing, missing}, ReasonPeerMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, client := playRooms(t, test.rooms, nil, append(slices.Repeat([]line{matched}, len(test.rooms)), expires)...)
			got := <-find(testContext(t), t, client)
			wantReason(t, got.err, test.want)
		})
	}
}

// TestAMatchThatCrossesTheCancellationIsLeft cancels a search that has just been
// matched: the other one must not wait.
func TestAMatchThatCrossesTheCancellationIsLeft(t *testing.T) {
	t.Parallel()
	queued := &matchmakingv1.FindMatchResponse{Event: &matchmakingv1.FindMatchResponse_Queued{Queued: &matchmakingv1.Queued{}}}
	left, progress := make(chan string, 1), newStages()
	script, client := playRooms(t, nil, left, line{events: []*matchmakingv1.FindMatchResponse{queued}, waits: true})
	script.cancelled = &matchmakingv1.CancelMatchResponse{Outcome: &matchmakingv1.CancelMatchResponse_Matched{
		Matched: &matchmakingv1.Matched{RoomToken: "the room"},
	}}
	ctx, cancel := context.WithCancel(testContext(t))
	searching := find(ctx, t, client, progress.option())
	progress.wait(t, StageWaiting)
	cancel()
	if got := <-searching; !errors.Is(got.err, context.Canceled) {
		t.Errorf("Find: %v", got.err)
	}
	select {
	case bearer := <-left:
		if bearer != "Bearer the room" {
			t.Errorf("%q left", bearer)
		}
	default:
		t.Error("the room is not left")
	}
}

func TestWhoLeftEarlyIsWaitedForUntilThePlaceIsBack(t *testing.T) {
	t.Parallel()
	script, client := play(t, matched, expires)
	got := <-find(testContext(t), t, client)
	wantReason(t, got.err, ReasonExpired)
	if asked := script.requests(); asked[1].GetRequeueToken() != "claim" {
		t.Errorf("asked %v, want the second time with the claim", asked)
	}
}

func TestABusyServerIsAskedAgainWhenItSays(t *testing.T) {
	t.Parallel()
	const pause = 300 * time.Millisecond
	script, client := play(t, refusal(t, connect.CodeResourceExhausted, &errdetails.RetryInfo{RetryDelay: durationpb.New(pause)}), expires)
	progress := newStages()
	began := time.Now()
	got := <-find(testContext(t), t, client, progress.option())
	wantReason(t, got.err, ReasonExpired)
	if now := progress.wait(t, StageRetrying); CodeOf(now.Err) != "resource_exhausted" {
		t.Errorf("told %v, want resource_exhausted", now.Err)
	}
	asked := script.requests()
	if len(asked) != 2 || asked[0].GetRequestId() != asked[1].GetRequestId() || time.Since(began) < pause {
		t.Errorf("asked %v within %v, want the same again after %v", asked, time.Since(began), pause)
	}
}

func TestWidenedIsTold(t *testing.T) {
	t.Parallel()
	widened := &matchmakingv1.FindMatchResponse{Event: &matchmakingv1.FindMatchResponse_Widened{
		Widened: &matchmakingv1.Widened{RecentDropped: true, Any: true},
	}}
	_, client := play(t, line{events: append([]*matchmakingv1.FindMatchResponse{widened}, expires.events...)})
	progress := newStages()
	<-find(testContext(t), t, client, progress.option())
	if now := progress.wait(t, StageWidened); !now.Any || !now.RecentDropped {
		t.Errorf("told %+v, want both", now)
	}
}

package p2p

import (
	"context"
	"errors"
	"time"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/retry"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
)

// ticket is one place in the queue of a pool.
type ticket struct {
	search      *search
	request     *matchmakingv1.FindMatchRequest
	introducing *introducing // nil for a group
	matched     *matchmakingv1.Matched
}

// match is a room that was found, and what this side brought to it.
type match struct {
	*matchmakingv1.Matched
	introduction *introduction // nil: none
	sent         int           // how many of its signals the partner has at least
	ways         rtc.Configuration
}

func (s *search) newTicket(requeueToken string, recent []string) *ticket {
	return &ticket{search: s, request: &matchmakingv1.FindMatchRequest{
		RequestId:     platform.RandomID(),
		ClientId:      s.client.id,
		Pool:          s.settings.pool,
		GroupSize:     s.settings.groupSize,
		Interests:     s.settings.interests,
		InterestsOnly: s.settings.onlyCommon,
		Avoid:         s.settings.avoid,
		Recent:        recent,
		RequeueToken:  requeueToken,
	}}
}

// wait returns the match. After an error the ticket has ended or is cancelled,
// so nobody will be matched with it.
func (t *ticket) wait(ctx context.Context) (*match, error) {
	servers := t.search.client.openServers(t.search.settings)
	waiting := &stream{
		clock: t.search.settings.clock,
		next: func() (lite.Message, func() error) {
			event := new(matchmakingv1.FindMatchResponse)
			return event, func() error { return t.handle(event) }
		},
		broken:   func() {},
		retrying: func(err error) { t.search.progress.report(retrying(err)) },
		open: func(ctx context.Context, attempt uint32, maxStream *lite.Duration) (*rpc.Events, error) {
			request := *t.request
			request.Attempt, request.MaxStream = attempt, maxStream
			if t.introducing != nil {
				request.Introduction = t.introducing.request()
			}
			return t.search.matchmaking.findMatch(ctx, &request)
		},
	}
	if t.request.GetGroupSize() <= 2 && !t.search.settings.stepByStep && !t.search.settings.relayOnly {
		t.introducing = newIntroducing(t.search.settings, servers, waiting.reattach)
		t.introducing.start(ctx)
	}
	unwatch := t.search.settings.network(func(changed bool) {
		if changed && t.introducing != nil {
			workqueue.Signal(t.introducing.outdated)
		}
		waiting.reattach()
	})
	err := waiting.follow(ctx)
	unwatch()
	match := &match{Matched: t.matched}
	if t.introducing != nil {
		match.introduction, match.sent = t.introducing.finish()
	}
	if err == nil {
		t.mayShow(ctx, servers, match)
		return match, nil
	}
	match.introduction.close()
	var ended *EndedError
	if ctx.Err() != nil || errors.As(err, &ended) && ended.Reason == ReasonStreamBlocked {
		t.cancel(ctx)
	}
	return nil, err
}

// mayShow drops this side's introduction unless it is known that people may connect
// by all ways: it has the addresses of this machine. The question was asked before the
// search began.
func (t *ticket) mayShow(ctx context.Context, servers *openServers, match *match) {
	known := true
	if match.introduction != nil {
		select {
		case <-servers.here(): //nolint:contextcheck // the answer is for later searches too
		case <-time.After(t.search.settings.clock.goodbye):
			known = false
		case <-ctx.Done():
			known = false
		}
	}
	if match.ways = servers.ways(); !known || match.ways.RelayOnly {
		match.introduction.close()
		match.introduction = nil
	}
}

func (t *ticket) handle(response *matchmakingv1.FindMatchResponse) error {
	switch event := response.GetEvent().(type) {
	case *matchmakingv1.FindMatchResponse_Queued:
		t.search.progress.report(Progress{
			Stage:      StageWaiting,
			Waiting:    int(event.Queued.GetWaiting()),
			MedianWait: event.Queued.GetMedianWait().AsDuration(),
		})
		if t.introducing != nil {
			t.introducing.waits()
		}
	case *matchmakingv1.FindMatchResponse_Widened:
		t.search.progress.report(Progress{
			Stage:         StageWidened,
			RecentDropped: event.Widened.GetRecentDropped(),
			Any:           event.Widened.GetAny(),
		})
	case *matchmakingv1.FindMatchResponse_Heartbeat:
		t.search.progress.report(Progress{Stage: StageWaiting, Waiting: int(event.Heartbeat.GetWaiting())})
	case *matchmakingv1.FindMatchResponse_Matched:
		t.matched = event.Matched
		return errDone
	case *matchmakingv1.FindMatchResponse_Ended:
		return t.ended(event.Ended)
	case *matchmakingv1.FindMatchResponse_Detached:
		return t.detached(event.Detached)
	}
	return nil
}

func (t *ticket) ended(ended *matchmakingv1.Ended) error {
	var reason Reason
	switch ended.GetReason() {
	case matchmakingv1.Ended_REASON_CLIENT_GONE:
		return &missedError{err: errAway}
	case matchmakingv1.Ended_REASON_SUPERSEDED:
		reason = ReasonSuperseded
	case matchmakingv1.Ended_REASON_CANCELLED:
		reason = ReasonClosed
	default:
		reason = ReasonExpired
	}
	return &EndedError{Reason: reason, RetryAfter: ended.GetRetryAfter().AsDuration()}
}

func (t *ticket) detached(detached *matchmakingv1.Detached) error {
	switch detached.GetReason() {
	case matchmakingv1.Detached_REASON_FENCED, matchmakingv1.Detached_REASON_STALE_ATTEMPT:
		return &EndedError{Reason: ReasonSuperseded}
	default:
		return &detachedError{retryAfter: detached.GetRetryAfter().AsDuration()}
	}
}

// cancel cancels the ticket, so that nobody is matched with a searcher who went
// away; if it is matched already, cancel leaves the room. It goes on for at
// most two seconds after ctx has ended.
func (t *ticket) cancel(ctx context.Context) {
	clock := t.search.settings.clock
	_ = retry.Within(context.WithoutCancel(ctx), clock.goodbye, func(ctx context.Context) error {
		response, err := t.search.matchmaking.cancelMatch(ctx, &matchmakingv1.CancelMatchRequest{
			RequestId: t.request.GetRequestId(), Pool: t.request.GetPool(),
		})
		if token := response.GetMatched().GetRoomToken(); token != "" {
			leaveRoom(ctx, newMember(t.search.settings, token), clock)
		}
		return err
	})
}

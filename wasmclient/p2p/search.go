package p2p

import (
	"context"
	"errors"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/retry"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

// missesInARow is how many matches in a row may fail for the same reason before
// Find returns an error. If no partner can be reached, this side's network is
// probably at fault; if no partner joins, the server.
const missesInARow = 3

var errAway = errors.New("away for longer than the server keeps a place")

// search is one Find: ticket after ticket until a room is open.
type search struct {
	client      *Client
	settings    settings
	progress    *progress
	matchmaking matchmaking
}

func newSearch(client *Client, settings settings, progress *progress) *search {
	return &search{client: client, settings: settings, progress: progress, matchmaking: newMatchmaking(settings)}
}

func (s *search) run(ctx context.Context) (*Room, error) {
	var requeueToken string
	var misses retry.Backoff
	for count, reason := 0, Reason(""); ; {
		room, err := s.findOne(ctx, requeueToken)
		var missed *missedError
		if !errors.As(err, &missed) {
			return room, err
		}
		requeueToken = missed.requeueToken
		if missed.reason != reason {
			count, reason = 0, missed.reason
		}
		if count++; missed.hopeless || reason != "" && count == missesInARow {
			return nil, &EndedError{Reason: reason, Diagnosis: missed.diagnosis, Err: missed.err}
		}
		if !errors.Is(err, errAway) {
			s.progress.report(Progress{Stage: StageStillLooking})
		}
		if err := misses.Wait(ctx, 0); err != nil {
			return nil, err
		}
	}
}

// findOne waits for a match and connects to its members.
func (s *search) findOne(ctx context.Context, requeueToken string) (*Room, error) {
	if requeueToken == "" {
		s.progress.report(Progress{Stage: StageSearching})
	}
	matched, err := s.match(ctx, requeueToken)
	if err != nil {
		return nil, err
	}
	s.progress.report(Progress{Stage: StageConnecting})
	room := newRoom(matched, &s.client.recent, s.settings, s.progress) //nolint:contextcheck // a room outlives the search that found it
	if err := room.establish(ctx); err != nil {
		return nil, err
	}
	return room, nil
}

// match waits with one ticket after the other until one is matched or ends. If
// the server rejects the requeue token or the recent pseudonyms, because they
// have expired or its keys were replaced, the next ticket is sent without them.
func (s *search) match(ctx context.Context, requeueToken string) (*match, error) {
	for {
		recent := s.client.recent.list()
		ticket := s.newTicket(requeueToken, recent)
		matched, err := ticket.wait(ctx)
		switch {
		case err != nil && requeueToken != "" && refusesRequeue(err):
			requeueToken = ""
		case err != nil && len(recent) > 0 && rpc.Names(err, "recent"):
			s.client.recent.forget(recent)
		default:
			return matched, err
		}
	}
}

// refusesRequeue reports whether the server rejected only the requeue token, so
// that a request without it may succeed.
func refusesRequeue(err error) bool {
	switch rpc.ReasonOf(err) {
	case matchmakingv1.ErrorReason_ERROR_REASON_REQUEUE_TOKEN_INVALID.String(),
		matchmakingv1.ErrorReason_ERROR_REASON_REQUEUE_TOKEN_EXPIRED.String():
		return rpc.CodeOf(err) == rpc.CodeUnauthenticated
	}
	return rpc.Names(err, "requeue_token")
}

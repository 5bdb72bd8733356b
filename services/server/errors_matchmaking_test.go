package server_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

var matchmakingErrors = map[string]errorCase{
	"no request id":     asking(&matchmakingv1.FindMatchRequest{}, "invalid_argument ERROR_REASON_INVALID_FIELD request_id"),
	"bad request id":    asking(&matchmakingv1.FindMatchRequest{RequestId: "short"}, "invalid_argument ERROR_REASON_INVALID_FIELD request_id"),
	"bad pool and wait": asking(&matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Pool: "Ü", MaxWait: durationpb.New(-1)}, "invalid_argument ERROR_REASON_INVALID_FIELD pool max_wait"),
	"bad max_stream":    asking(&matchmakingv1.FindMatchRequest{RequestId: rand.Text(), MaxStream: durationpb.New(-1)}, "invalid_argument ERROR_REASON_INVALID_FIELD max_stream"),
	"a crowd":           asking(&matchmakingv1.FindMatchRequest{RequestId: rand.Text(), GroupSize: 1 << 31}, "invalid_argument ERROR_REASON_INVALID_FIELD group_size"),
	"nine of them":      asking(&matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Interests: strings.Split("abcdefghi", "")}, "invalid_argument ERROR_REASON_INVALID_FIELD interests"),
	"blank":             asking(&matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Interests: []string{"a", " "}}, "invalid_argument ERROR_REASON_INVALID_FIELD interests[1]"),
	"only what":         asking(&matchmakingv1.FindMatchRequest{RequestId: rand.Text(), InterestsOnly: true}, "invalid_argument ERROR_REASON_INVALID_FIELD interests_only"),
	"avoid rubbish":     asking(&matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Avoid: []string{"rubbish"}}, "invalid_argument ERROR_REASON_INVALID_FIELD avoid[0]"),
	"recent of another server": asking(&matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Recent: []string{strings.Repeat("A", 60)}},
		"invalid_argument ERROR_REASON_INVALID_FIELD recent[0]"),
	"parameters differ": {call: func(t *testing.T, c errorClients) error {
		known := rand.Text()
		receive(t, findMatch(t, c.finding, &matchmakingv1.FindMatchRequest{RequestId: known, Pool: "errors"}))
		return find(t.Context(), c.finding, &matchmakingv1.FindMatchRequest{RequestId: known, Pool: "errors", GroupSize: 3})
	}, want: "failed_precondition ERROR_REASON_PARAMETERS_DIFFER"},
	"requeue rubbish":   asking(&matchmakingv1.FindMatchRequest{RequestId: rand.Text(), RequeueToken: "a.b.c"}, "unauthenticated ERROR_REASON_REQUEUE_TOKEN_INVALID"),
	"requeue of a room": {call: requeueing(func(c errorClients, room token.Room) (string, error) { return c.keys.IssueRoom(room) }, time.Now()), want: "unauthenticated ERROR_REASON_REQUEUE_TOKEN_INVALID"},
	"requeue too late":  {call: requeueing(issueRequeue, time.Now().Add(-2*time.Minute)), want: "unauthenticated ERROR_REASON_REQUEUE_TOKEN_EXPIRED"},
	"requeue of somebody else": {call: func(t *testing.T, c errorClients) error {
		roomToken := roomOf(c, c.keys.Pseudonym("somebody"))
		text, err := issueRequeue(c, roomToken)
		if err != nil {
			t.Fatal(err)
		}
		return find(t.Context(), c.finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), ClientId: "me", Pool: "other", RequeueToken: text})
	}, want: "invalid_argument ERROR_REASON_INVALID_FIELD requeue_token requeue_token"},
	"as many tickets as there may be": {
		config: server.Config{Matchmaking: matchmakingmem.New(matchmakingmem.Config{Limits: matchmaking.Limits{MaxTickets: 1}})},
		call: func(t *testing.T, c errorClients) error {
			find(t.Context(), c.finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()}) //nolint:errcheck // one protocol after the other fills it
			_, err := c.finding.CancelMatch(t.Context(), &matchmakingv1.CancelMatchRequest{RequestId: rand.Text()})
			return err
		}, want: "resource_exhausted ERROR_REASON_TOO_MANY_TICKETS retry",
	},
	"cancel rubbish": {call: func(t *testing.T, c errorClients) error {
		_, err := c.finding.CancelMatch(t.Context(), &matchmakingv1.CancelMatchRequest{RequestId: "\x00"})
		return err
	}, want: "invalid_argument ERROR_REASON_INVALID_FIELD request_id"},
	"cancel in a pool of rubbish": {call: func(t *testing.T, c errorClients) error {
		_, err := c.finding.CancelMatch(t.Context(), &matchmakingv1.CancelMatchRequest{RequestId: rand.Text(), Pool: "Lobby"})
		return err
	}, want: "invalid_argument ERROR_REASON_INVALID_FIELD pool"},
	"pool rubbish": {call: func(t *testing.T, c errorClients) error {
		_, err := c.finding.GetPool(t.Context(), &matchmakingv1.GetPoolRequest{Pool: strings.Repeat("a", 65)})
		return err
	}, want: "invalid_argument ERROR_REASON_INVALID_FIELD pool"},
	"300 KB": {call: func(t *testing.T, c errorClients) error {
		_, err := c.finding.GetPool(t.Context(), &matchmakingv1.GetPoolRequest{Pool: strings.Repeat("a", 300<<10)})
		return err
	}, want: "invalid_argument ERROR_REASON_INVALID_FIELD request"},
	"300 KB for a stream": asking(&matchmakingv1.FindMatchRequest{RequestId: strings.Repeat("a", 300<<10)}, "invalid_argument ERROR_REASON_INVALID_FIELD request"),
	"too many starts": {
		config: server.Config{Limits: server.Limits{Starts: server.RequestLimits{Rate: 0.001, Burst: 1}}},
		call: func(t *testing.T, c errorClients) error {
			receive(t, findMatch(t, c.finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()}))
			return find(t.Context(), c.finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
		}, want: "resource_exhausted ERROR_REASON_TOO_MANY_CALLS retry",
	},
	"a service elsewhere": {
		call: func(t *testing.T, c errorClients) error {
			_, err := c.unknown.CallUnary(t.Context(), connect.NewRequest(&matchmakingv1.GetPoolRequest{}))
			return err
		}, want: "unimplemented ERROR_REASON_NOT_SERVED",
	},
	"a store away":     failingTickets(fmt.Errorf("pool: %w: %w", matchmaking.ErrUnavailable, context.DeadlineExceeded), "unavailable ERROR_REASON_UNAVAILABLE retry"),
	"a broken engine":  failingTickets(errors.New("disk on fire"), "internal ERROR_REASON_INTERNAL"),
	"a panic":          {config: server.Config{Matchmaking: panicking{}}, call: asking(&matchmakingv1.FindMatchRequest{RequestId: rand.Text()}, "").call, want: "internal ERROR_REASON_INTERNAL"},
	"a caller gone":    failingTickets(context.Canceled, "canceled ERROR_REASON_CANCELLED"),
	"a deadline of it": failingTickets(context.DeadlineExceeded, "deadline_exceeded ERROR_REASON_DEADLINE_EXCEEDED"),
}

func asking(request *matchmakingv1.FindMatchRequest, want string) errorCase {
	return errorCase{call: func(t *testing.T, c errorClients) error { return find(t.Context(), c.finding, request) }, want: want}
}

// roomOf is the room of a member with that pseudonym and of a stranger.
func roomOf(c errorClients, pseudonym string) token.Room {
	return token.Room{
		ID: "room", Pool: "lobby", MatchedAt: time.Now(), Members: []token.Member{
			{PeerID: "a", Pseudonym: pseudonym}, {PeerID: "b", Pseudonym: c.keys.Pseudonym("stranger")},
		},
	}
}

func issueRequeue(c errorClients, room token.Room) (string, error) {
	return c.keys.IssueRequeue(room.Requeue(room.MatchedAt))
}

func requeueing(issue func(errorClients, token.Room) (string, error), matchedAt time.Time) func(*testing.T, errorClients) error {
	return func(t *testing.T, c errorClients) error {
		room := roomOf(c, c.keys.Pseudonym("me"))
		room.MatchedAt = matchedAt
		text, err := issue(c, room)
		if err != nil {
			t.Fatal(err)
		}
		return find(t.Context(), c.finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), RequeueToken: text})
	}
}

// brokenTickets is an engine that always fails.
type brokenTickets struct{ err error }

func (b brokenTickets) Attach(context.Context, matchmaking.Arrival) (matchmaking.Watch, error) {
	return nil, b.err
}

func (b brokenTickets) Cancel(context.Context, string, string, string) (matchmaking.Outcome, error) {
	return matchmaking.Outcome{}, b.err
}

func (b brokenTickets) Pool(context.Context, string) (matchmaking.Pool, error) {
	return matchmaking.Pool{}, b.err
}

type panicking struct{ matchmaking.Engine }

func (panicking) Attach(context.Context, matchmaking.Arrival) (matchmaking.Watch, error) {
	panic("a bug")
}

func failingTickets(err error, want string) errorCase {
	failing := asking(&matchmakingv1.FindMatchRequest{RequestId: rand.Text()}, want)
	failing.config.Matchmaking = brokenTickets{err}
	return failing
}

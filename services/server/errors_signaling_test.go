package server_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

var renegotiate = &signalingv1.Signal{Payload: &signalingv1.Signal_Renegotiate{Renegotiate: &signalingv1.Renegotiate{}}}

var signalingErrors = map[string]errorCase{
	"no token":      {call: sendingAs("", "b", 1, renegotiate), want: "unauthenticated ERROR_REASON_TOKEN_MISSING"},
	"rubbish token": {call: sendingAs("a.b.c", "b", 1, renegotiate), want: "unauthenticated ERROR_REASON_TOKEN_INVALID"},
	"expired token": {call: func(t *testing.T, c errorClients) error {
		old := issue(t, c.keys, c.room, 0, "a", "b", time.Now().Add(-token.RoomLifetime-2*time.Minute))
		return sendingAs(old, "b", 1, renegotiate)(t, c)
	}, want: "unauthenticated ERROR_REASON_TOKEN_EXPIRED"},
	"a signal of nothing":  {call: sending("b", 1, &signalingv1.Signal{}), want: "invalid_argument ERROR_REASON_INVALID_FIELD signals[0].payload"},
	"no signals":           {call: sending("b", 0), want: "invalid_argument ERROR_REASON_INVALID_FIELD first_seq signals"},
	"129 signals":          {call: sending("b", 1, many(129)...), want: "invalid_argument ERROR_REASON_INVALID_FIELD signals"},
	"a name to look up":    {call: sending("b", 1, candidate("evil.example.org")), want: "invalid_argument ERROR_REASON_INVALID_FIELD signals[0].candidate.candidate"},
	"a line too many":      {call: sending("b", 1, candidate("192.0.2.1\r\na=x")), want: "invalid_argument ERROR_REASON_INVALID_FIELD signals[0].candidate.candidate"},
	"17 KB of description": {call: sending("b", 1, description(17<<10)), want: "invalid_argument ERROR_REASON_INVALID_FIELD signals[0].description.sdp"},
	"300 KB of them":       {call: sending("b", 1, description(300<<10)), want: "invalid_argument ERROR_REASON_INVALID_FIELD request"},
	"to nobody":            {call: sending("nobody", 1, renegotiate), want: "not_found ERROR_REASON_PEER_NOT_FOUND"},
	"to oneself":           {call: sending("a", 1, renegotiate), want: "not_found ERROR_REASON_PEER_NOT_FOUND"},
	"a room of others": {call: func(t *testing.T, c errorClients) error {
		leave(t, c, member(t, c, 0))
		return join(withToken(t.Context(), issue(t, c.keys, c.room, 0, "x", "y", time.Now())), c, &signalingv1.JoinRoomRequest{})
	}, want: "not_found ERROR_REASON_ROOM_NOT_FOUND"},
	"first signals to nobody": {
		call: joiningWith(&signalingv1.SignalBatch{ToPeerId: "nobody", FirstSeq: 1, Signals: []*signalingv1.Signal{renegotiate}}),
		want: "not_found ERROR_REASON_PEER_NOT_FOUND",
	},
	"first signals that are none": {
		call: joiningWith(
			&signalingv1.SignalBatch{ToPeerId: "b", Signals: []*signalingv1.Signal{{}, candidate("evil.example.org")}},
			&signalingv1.SignalBatch{ToPeerId: "b", FirstSeq: 1, Signals: []*signalingv1.Signal{renegotiate}},
		),
		want: "invalid_argument ERROR_REASON_INVALID_FIELD first_signals[0].first_seq first_signals[0].signals[0].payload " +
			"first_signals[0].signals[1].candidate.candidate first_signals[1].to_peer_id",
	},
	"eight batches of first signals": {
		call: joiningWith(make([]*signalingv1.SignalBatch, 8)...),
		want: "invalid_argument ERROR_REASON_INVALID_FIELD first_signals",
	},
	"report with a proof of one's own": {call: func(t *testing.T, c errorClients) error {
		_, err := c.rooms.ReportOutcome(withToken(t.Context(), member(t, c, 0)), &signalingv1.ReportOutcomeRequest{
			PeerId: "b", Outcome: &signalingv1.ReportOutcomeRequest_Connected{Connected: &signalingv1.Connected{PeerProof: c.keys.Proof(c.room, "a")}},
		})
		return err
	}, want: "invalid_argument ERROR_REASON_INVALID_FIELD connected.peer_proof"},
	"report nothing": {call: func(t *testing.T, c errorClients) error {
		_, err := c.rooms.ReportOutcome(withToken(t.Context(), member(t, c, 0)), &signalingv1.ReportOutcomeRequest{PeerId: "b"})
		return err
	}, want: "invalid_argument ERROR_REASON_INVALID_FIELD outcome"},
	"join for minus one": {call: func(t *testing.T, c errorClients) error {
		return join(withToken(t.Context(), member(t, c, 0)), c, &signalingv1.JoinRoomRequest{MaxStream: durationpb.New(-1)})
	}, want: "invalid_argument ERROR_REASON_INVALID_FIELD max_stream"},
	"inbox full": {call: func(t *testing.T, c errorClients) error {
		if err := sending("b", 1, many(128)...)(t, c); err != nil {
			t.Fatal(err)
		}
		return sending("b", 129, renegotiate)(t, c)
	}, want: "resource_exhausted ERROR_REASON_INBOX_FULL retry"},
	"signals too fast": {call: func(t *testing.T, c errorClients) error {
		if err := sending("b", 1, slices.Repeat([]*signalingv1.Signal{description(100)}, 33)...)(t, c); err != nil {
			t.Fatal(err)
		}
		return sending("b", 34, renegotiate)(t, c)
	}, want: "resource_exhausted ERROR_REASON_TOO_MANY_SIGNALS retry"},
	"room closed": {call: func(t *testing.T, c errorClients) error {
		leave(t, c, member(t, c, 1))
		return sending("b", 1, renegotiate)(t, c)
	}, want: "failed_precondition ERROR_REASON_ROOM_CLOSED"},
	"left": {call: func(t *testing.T, c errorClients) error {
		text, err := c.keys.IssueRoom(token.Room{ID: c.room, MatchedAt: time.Now(), Members: []token.Member{{PeerID: "a"}, {PeerID: "b"}, {PeerID: "c"}}})
		if err != nil {
			t.Fatal(err)
		}
		leave(t, c, text)
		return sendingAs(text, "b", 1, renegotiate)(t, c)
	}, want: "failed_precondition ERROR_REASON_MEMBER_LEFT"},
	"as many rooms as there may be": {
		config: server.Config{Signaling: signalingmem.New(signalingmem.Config{Limits: signaling.Limits{MaxRooms: 1}})},
		call: func(t *testing.T, c errorClients) error {
			sending("b", 1, renegotiate)(t, c) //nolint:errcheck // one protocol after the other fills it
			return sendingAs(issue(t, c.keys, c.room+" too", 0, "a", "b", time.Now()), "b", 1, renegotiate)(t, c)
		}, want: "resource_exhausted ERROR_REASON_TOO_MANY_ROOMS retry",
	},
	"as many signals as there may be": {
		config: server.Config{Signaling: brokenRooms{err: signaling.ErrTooManySignals}},
		call:   sending("b", 1, renegotiate), want: "resource_exhausted ERROR_REASON_TOO_MANY_SIGNALS retry",
	},
	"too many calls": {
		config: server.Config{Limits: server.Limits{Calls: server.RequestLimits{Rate: 0.001, Burst: 1}}},
		call: func(t *testing.T, c errorClients) error {
			if err := sending("b", 1, renegotiate)(t, c); err != nil {
				t.Fatal(err)
			}
			return sending("b", 1, renegotiate)(t, c)
		}, want: "resource_exhausted ERROR_REASON_TOO_MANY_CALLS retry",
	},
	"a store of rooms that does not answer": {
		config: server.Config{Signaling: brokenRooms{err: fmt.Errorf("%w: %w", signaling.ErrUnavailable, context.DeadlineExceeded)}},
		call:   sending("b", 1, renegotiate), want: "unavailable ERROR_REASON_UNAVAILABLE retry",
	},
	"rooms on fire":          {config: server.Config{Signaling: brokenRooms{err: errors.New("disk on fire")}}, call: sending("b", 1, renegotiate), want: "internal ERROR_REASON_INTERNAL"},
	"a caller of rooms gone": {config: server.Config{Signaling: brokenRooms{err: context.Canceled}}, call: sending("b", 1, renegotiate), want: "canceled ERROR_REASON_CANCELLED"},
	"a deadline of rooms":    {config: server.Config{Signaling: brokenRooms{err: context.DeadlineExceeded}}, call: sending("b", 1, renegotiate), want: "deadline_exceeded ERROR_REASON_DEADLINE_EXCEEDED"},
}

// member returns the token of a member of the case's room, of peers a and b.
func member(t *testing.T, c errorClients, slot int) string {
	t.Helper()
	return issue(t, c.keys, c.room, slot, "a", "b", time.Now())
}

func sending(to string, firstSeq uint64, signals ...*signalingv1.Signal) func(*testing.T, errorClients) error {
	return func(t *testing.T, c errorClients) error {
		return sendingAs(member(t, c, 0), to, firstSeq, signals...)(t, c)
	}
}

func sendingAs(roomToken, to string, firstSeq uint64, signals ...*signalingv1.Signal) func(*testing.T, errorClients) error {
	return func(t *testing.T, c errorClients) error {
		_, err := c.rooms.SendSignals(withToken(t.Context(), roomToken), &signalingv1.SendSignalsRequest{ToPeerId: to, FirstSeq: firstSeq, Signals: signals})
		return err
	}
}

func join(ctx context.Context, c errorClients, request *signalingv1.JoinRoomRequest) error {
	stream, err := c.rooms.JoinRoom(ctx, request)
	if err != nil {
		return err
	}
	defer stream.Close() //nolint:errcheck // the stream's own error counts
	stream.Receive()
	return stream.Err()
}

func leave(t *testing.T, c errorClients, roomToken string) {
	t.Helper()
	if _, err := c.rooms.LeaveRoom(withToken(t.Context(), roomToken), &signalingv1.LeaveRoomRequest{}); err != nil {
		t.Fatal(err)
	}
}

func many(count int) []*signalingv1.Signal {
	signals := make([]*signalingv1.Signal, count)
	for i := range signals {
		signals[i] = renegotiate
	}
	return signals
}

func candidate(address string) *signalingv1.Signal {
	return &signalingv1.Signal{Payload: &signalingv1.Signal_Candidate{Candidate: &signalingv1.IceCandidate{
		Candidate: "candidate:1 1 udp 1 " + address + " 9 typ host",
	}}}
}

func description(size int) *signalingv1.Signal {
	return &signalingv1.Signal{Payload: &signalingv1.Signal_Description{Description: &signalingv1.SessionDescription{
		Type: signalingv1.SessionDescription_TYPE_OFFER, Sdp: "v=0" + strings.Repeat("x", size-3),
	}}}
}

// brokenRooms is an engine that always fails.
type brokenRooms struct {
	signaling.Engine
	err error
}

func (b brokenRooms) Append(context.Context, signaling.Pass, string, uint64, []signaling.Signal) (uint64, error) {
	return 0, b.err
}

// joiningWith returns a call that joins with first signals.
func joiningWith(batches ...*signalingv1.SignalBatch) func(*testing.T, errorClients) error {
	return func(t *testing.T, c errorClients) error {
		t.Helper()
		return join(withToken(t.Context(), member(t, c, 0)), c, &signalingv1.JoinRoomRequest{FirstSignals: batches})
	}
}

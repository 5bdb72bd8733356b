package matchmakingrpc

import (
	"fmt"
	"math"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

func (h *Handler) encode(event matchmaking.Event) (*matchmakingv1.FindMatchResponse, error) {
	switch event := event.(type) {
	case matchmaking.Queued:
		return &matchmakingv1.FindMatchResponse{Event: &matchmakingv1.FindMatchResponse_Queued{Queued: &matchmakingv1.Queued{
			Waiting:    count(event.Pool.Waiting),
			MedianWait: unlessZero(event.Pool.MedianWait),
			PlaceKept:  event.PlaceKept,
		}}}, nil
	case matchmaking.Widened:
		return &matchmakingv1.FindMatchResponse{Event: &matchmakingv1.FindMatchResponse_Widened{
			Widened: &matchmakingv1.Widened{RecentDropped: event.RecentDropped, Any: event.Any},
		}}, nil
	case matchmaking.Matched:
		matched, err := h.encodeMatch(event.Match)
		return &matchmakingv1.FindMatchResponse{Event: &matchmakingv1.FindMatchResponse_Matched{Matched: matched}}, err
	case matchmaking.Ended:
		return &matchmakingv1.FindMatchResponse{Event: &matchmakingv1.FindMatchResponse_Ended{
			Ended: &matchmakingv1.Ended{Reason: endReasons[event.Reason]},
		}}, nil
	case matchmaking.Detached:
		return detached(detachReasons[event.Reason]), nil
	}
	return nil, fmt.Errorf("encode event: unknown %T", event)
}

func (h *Handler) encodeOutcome(outcome matchmaking.Outcome) (*matchmakingv1.CancelMatchResponse, error) {
	response := &matchmakingv1.CancelMatchResponse{}
	switch {
	case outcome.Match != nil:
		matched, err := h.encodeMatch(*outcome.Match)
		if err != nil {
			return nil, err
		}
		response.Outcome = &matchmakingv1.CancelMatchResponse_Matched{Matched: matched}
	case outcome.Reason == matchmaking.EndCancelled:
		response.Outcome = &matchmakingv1.CancelMatchResponse_Cancelled{Cancelled: &matchmakingv1.Cancelled{}}
	default:
		response.Outcome = &matchmakingv1.CancelMatchResponse_AlreadyEnded{
			AlreadyEnded: &matchmakingv1.AlreadyEnded{Reason: endReasons[outcome.Reason]},
		}
	}
	return response, nil
}

// encodeMatch signs the match into a room token.
func (h *Handler) encodeMatch(match matchmaking.Match) (*matchmakingv1.Matched, error) {
	room := token.Room{
		ID:        match.RoomID,
		Slot:      match.Slot,
		Pool:      match.Pool,
		Place:     match.Place,
		Since:     match.Since,
		Requeues:  match.Requeues,
		MatchedAt: match.At,
	}
	matched := &matchmakingv1.Matched{
		RoomId:    match.RoomID,
		PeerId:    match.Members[match.Slot].PeerID,
		Interest:  match.Interest,
		ExpiresIn: durationpb.New(time.Until(match.At.Add(token.RoomLifetime))),
	}
	for slot, member := range match.Members {
		sealed := h.Keys.Seal(match.RoomID, member.PeerID, member.Pseudonym)
		room.Members = append(room.Members, token.Member{PeerID: member.PeerID, Pseudonym: member.Pseudonym})
		shown := &matchmakingv1.Member{PeerId: member.PeerID, Pseudonym: sealed}
		if slot != match.Slot {
			shown.Introduction = []byte(member.Introduction)
		}
		if member.Introduction != "" {
			room.Introduced |= 1 << slot
		}
		matched.Members = append(matched.Members, shown)
	}
	var err error
	matched.RoomToken, err = h.Keys.IssueRoom(room)
	return matched, err
}

func heartbeat(pool matchmaking.Pool) *matchmakingv1.FindMatchResponse {
	return &matchmakingv1.FindMatchResponse{Event: &matchmakingv1.FindMatchResponse_Heartbeat{
		Heartbeat: &matchmakingv1.Heartbeat{Waiting: count(pool.Waiting)},
	}}
}

func detached(reason matchmakingv1.Detached_Reason) *matchmakingv1.FindMatchResponse {
	return &matchmakingv1.FindMatchResponse{Event: &matchmakingv1.FindMatchResponse_Detached{
		Detached: &matchmakingv1.Detached{Reason: reason},
	}}
}

var endReasons = map[matchmaking.EndReason]matchmakingv1.Ended_Reason{
	matchmaking.EndCancelled:  matchmakingv1.Ended_REASON_CANCELLED,
	matchmaking.EndExpired:    matchmakingv1.Ended_REASON_EXPIRED,
	matchmaking.EndSuperseded: matchmakingv1.Ended_REASON_SUPERSEDED,
	matchmaking.EndClientGone: matchmakingv1.Ended_REASON_CLIENT_GONE,
}

var detachReasons = map[matchmaking.DetachReason]matchmakingv1.Detached_Reason{
	matchmaking.DetachedFenced:       matchmakingv1.Detached_REASON_FENCED,
	matchmaking.DetachedStaleAttempt: matchmakingv1.Detached_REASON_STALE_ATTEMPT,
}

func count(n int) uint32 {
	return uint32(min(max(n, 0), math.MaxUint32))
}

func unlessZero(d time.Duration) *durationpb.Duration {
	if d == 0 {
		return nil
	}
	return durationpb.New(d)
}

package matchmakingrpc

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/protobuf/types/known/durationpb"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/caller"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/rpcerror"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// errRequeueInvalid means that a requeue token is not genuine.
var errRequeueInvalid = errors.New("requeue token is not valid here")

// decode checks a request and opens the tokens in it. The error is an
// *matchmaking.InvalidError that lists the fields at fault, or
// errRequeueInvalid.
func (h *Handler) decode(ctx context.Context, request *matchmakingv1.FindMatchRequest) (matchmaking.Arrival, error) {
	arrival, err := matchmaking.Arrival{
		RequestID:     request.GetRequestId(),
		Attempt:       request.GetAttempt(),
		ClientID:      request.GetClientId(),
		Owner:         caller.Of(ctx).Owner,
		Network:       caller.Of(ctx).Network,
		Pool:          request.GetPool(),
		GroupSize:     int(min(request.GetGroupSize(), matchmaking.MaxGroupSize+1)),
		Interests:     comparedAll(request.GetInterests()),
		InterestsOnly: request.GetInterestsOnly(),
		Avoid:         request.GetAvoid(),
		Recent:        request.GetRecent(),
		MaxWait:       max(0, request.GetMaxWait().AsDuration()), // checked below
		Introduction:  string(request.GetIntroduction()),
	}.Complete()
	invalid := new(matchmaking.InvalidError)
	errors.As(err, &invalid)
	checkInterests(invalid, request.GetInterests())
	checkDuration(invalid, "max_wait", request.GetMaxWait())
	checkDuration(invalid, "max_stream", request.GetMaxStream())
	arrival.AvoidSent, arrival.RecentSent = request.GetAvoid(), request.GetRecent()
	arrival.Avoid = h.open(invalid, "avoid", request.GetAvoid())
	arrival.Recent = h.open(invalid, "recent", request.GetRecent())
	if len(invalid.Violations) > 0 {
		return arrival, invalid
	}
	if h.RelayOnly {
		arrival.Introduction = ""
	}
	arrival.Pseudonym = h.Keys.ThrowAwayPseudonym(arrival.RequestID)
	if arrival.ClientID != "" {
		arrival.Pseudonym = h.Keys.Pseudonym(arrival.ClientID)
	}
	if text := request.GetRequeueToken(); text != "" {
		return h.requeue(arrival, text)
	}
	return arrival, nil
}

// open returns the pseudonyms behind sealed ones, in the bounds of a list
// that Complete has refused already when it is too long.
func (h *Handler) open(invalid *matchmaking.InvalidError, field string, sealed []string) []string {
	if len(invalid.Violations) > 0 {
		return nil
	}
	pseudonyms := make([]string, 0, len(sealed))
	for i, text := range sealed {
		pseudonym, err := h.Keys.Open(text)
		if err != nil {
			invalid.Add(fmt.Sprintf("%s[%d]", field, i), "must be a pseudonym that this server gave out")
			continue
		}
		pseudonyms = append(pseudonyms, pseudonym)
	}
	return pseudonyms
}

// requeue adds the claim of a requeue token, which must have been issued for
// what the arrival asks for. Without a client_id the token says who comes.
func (h *Handler) requeue(arrival matchmaking.Arrival, text string) (matchmaking.Arrival, error) {
	claim, err := h.Keys.VerifyRequeue(text)
	if err != nil {
		return arrival, errRequeueInvalid
	}
	arrival.Requeue = &matchmaking.Requeue{
		ID: claim.ID, Place: claim.Place, Since: claim.Since, Count: claim.Count, Expires: claim.Expires, Avoid: claim.Avoid,
	}
	if arrival.ClientID == "" {
		arrival.Pseudonym = claim.Pseudonym
	}
	invalid := new(matchmaking.InvalidError)
	for field, differs := range map[string]bool{
		"client_id":  arrival.Pseudonym != claim.Pseudonym,
		"pool":       arrival.Pool != claim.Pool,
		"group_size": arrival.GroupSize != claim.GroupSize,
	} {
		if differs {
			invalid.Add("requeue_token", "must come with the "+field+" of the ticket it stems from")
		}
	}
	if len(invalid.Violations) > 0 {
		return arrival, invalid
	}
	return arrival, nil
}

func checkDuration(invalid *matchmaking.InvalidError, field string, value *durationpb.Duration) {
	if violation := rpcerror.CheckDuration(field, value); violation != nil {
		invalid.Add(violation.Field, violation.Description)
	}
}

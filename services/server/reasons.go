package server

import (
	"strings"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/rpcerror"
)

// reasons are those of a service for errors that no handler makes.
type reasons struct {
	invalid, notServed, tooManyCalls, internal rpcerror.Reason
}

var reasonsOf = map[string]reasons{
	matchmakingv1connect.MatchmakingServiceName: {
		invalid:      matchmakingv1.ErrorReason_ERROR_REASON_INVALID_FIELD,
		notServed:    matchmakingv1.ErrorReason_ERROR_REASON_NOT_SERVED,
		tooManyCalls: matchmakingv1.ErrorReason_ERROR_REASON_TOO_MANY_CALLS,
		internal:     matchmakingv1.ErrorReason_ERROR_REASON_INTERNAL,
	},
	signalingv1connect.SignalingServiceName: {
		invalid:      signalingv1.ErrorReason_ERROR_REASON_INVALID_FIELD,
		notServed:    signalingv1.ErrorReason_ERROR_REASON_NOT_SERVED,
		tooManyCalls: signalingv1.ErrorReason_ERROR_REASON_TOO_MANY_CALLS,
		internal:     signalingv1.ErrorReason_ERROR_REASON_INTERNAL,
	},
}

// serviceOf returns the service of a method's path.
func serviceOf(path string) string {
	service, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return service
}

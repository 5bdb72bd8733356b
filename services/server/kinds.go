package server

import (
	"net/http"

	"connectrpc.com/grpcreflect"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/admission"
)

// kinds are the gates that admit requests, by what they are for.
type kinds struct {
	// waiting is for streams that may wait for very long, joined for those in
	// rooms, working for the other calls of the services, and reading for
	// everything else: the page, health checks, and what is not there.
	waiting, joined, working, reading *admission.Gate
	starts                            map[string]*admission.Gate // by procedure
}

func (l Limits) kinds() kinds {
	calls := func() *admission.Gate {
		return admission.NewGate(admission.Limits(l.Calls), admission.Limits(l.AllCalls))
	}
	starts := func() *admission.Gate {
		return admission.NewGate(admission.Limits(l.Starts), admission.Limits(l.AllStarts))
	}
	return kinds{calls(), calls(), calls(), calls(), map[string]*admission.Gate{
		matchmakingv1connect.MatchmakingServiceFindMatchProcedure:   starts(),
		matchmakingv1connect.MatchmakingServiceCancelMatchProcedure: starts(),
		signalingv1connect.SignalingServiceJoinRoomProcedure:        starts(),
	}}
}

// gates returns those that must admit a request. The second may be nil.
func (k kinds) gates(r *http.Request) (calls, starts *admission.Gate) {
	path := r.URL.Path
	switch path {
	case matchmakingv1connect.MatchmakingServiceFindMatchProcedure, "/" + healthName + "/Watch":
		return k.waiting, k.starts[path]
	case signalingv1connect.SignalingServiceJoinRoomProcedure:
		return k.joined, k.starts[path]
	}
	switch serviceOf(path) {
	case grpcreflect.ReflectV1ServiceName, grpcreflect.ReflectV1AlphaServiceName:
		return k.waiting, nil
	case matchmakingv1connect.MatchmakingServiceName, signalingv1connect.SignalingServiceName:
		return k.working, k.starts[path]
	}
	return k.reading, nil
}

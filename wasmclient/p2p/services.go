package p2p

import (
	"context"
	"sync/atomic"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/matchmaking/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

// largestResponse bounds what a server may send at once, in bytes: a match of eight
// people with their introductions takes a tenth of it.
const largestResponse = 1 << 20

// service calls the procedures of one service.
type service struct {
	client *rpc.Client
	name   string        // "matchmaking" or "signaling"
	path   string        // of its procedures, such as "/package.Service/"
	header rpc.Header    // of each call
	trace  tracer        // nil: off
	calls  *atomic.Int64 // those that are traced
}

func newService(settings settings, url, name, path string) *service {
	return &service{rpc.NewClient(settings.http, url, largestResponse), name, path, rpc.Header{}, settings.trace, settings.calls}
}

func (s *service) unary(ctx context.Context, procedure string, request, response lite.Message) error {
	return s.client.Unary(ctx, s.path+procedure, s.header, request, response, s.observer(procedure, false))
}

func (s *service) stream(ctx context.Context, procedure string, request lite.Message) (*rpc.Events, error) {
	return s.client.ServerStream(ctx, s.path+procedure, s.header, request, s.observer(procedure, true))
}

// observer returns what traces a call, or nil.
func (s *service) observer(procedure string, stream bool) rpc.Observer {
	if s.trace == nil {
		return nil
	}
	return s.trace.call(int(s.calls.Add(1)), s.name, procedure, stream)
}

// matchmaking calls the Matchmaking service.
type matchmaking struct{ *service }

const matchmakingService = "/wasmp2pchat.matchmaking.v1.MatchmakingService/"

func newMatchmaking(settings settings) matchmaking {
	return matchmaking{newService(settings, settings.matchmaking, "matchmaking", matchmakingService)}
}

func (m matchmaking) findMatch(ctx context.Context, request *matchmakingv1.FindMatchRequest) (*rpc.Events, error) {
	return m.stream(ctx, "FindMatch", request)
}

func (m matchmaking) cancelMatch(ctx context.Context, request *matchmakingv1.CancelMatchRequest) (*matchmakingv1.CancelMatchResponse, error) {
	response := new(matchmakingv1.CancelMatchResponse)
	return response, m.unary(ctx, "CancelMatch", request, response)
}

func (m matchmaking) getPool(ctx context.Context, request *matchmakingv1.GetPoolRequest) (*matchmakingv1.GetPoolResponse, error) {
	response := new(matchmakingv1.GetPoolResponse)
	return response, m.unary(ctx, "GetPool", request, response)
}

// member calls the Signaling service as a member of a room.
type member struct{ *service } // its header has the room token

const signalingService = "/wasmp2pchat.signaling.v1.SignalingService/"

// newMember returns a member of the room of that token. An empty token: of none.
func newMember(settings settings, token string) member {
	m := member{newService(settings, settings.signaling, "signaling", signalingService)}
	if token != "" {
		SetRoomToken(m.header, token)
	}
	return m
}

// SetRoomToken sets the header by which a caller of the Signaling service proves to
// be a member of a room: token is the room_token of Matched, which is sent as in
// section 2.1 of RFC 6750. Those who use the generated client need it.
func SetRoomToken(header map[string][]string, token string) {
	header["Authorization"] = []string{"Bearer " + token}
}

func (m member) joinRoom(ctx context.Context, request *signalingv1.JoinRoomRequest) (*rpc.Events, error) {
	return m.stream(ctx, "JoinRoom", request)
}

func (m member) sendSignals(ctx context.Context, request *signalingv1.SendSignalsRequest) (*signalingv1.SendSignalsResponse, error) {
	response := new(signalingv1.SendSignalsResponse)
	return response, m.unary(ctx, "SendSignals", request, response)
}

func (m member) leaveRoom(ctx context.Context) error {
	request, response := new(signalingv1.LeaveRoomRequest), new(signalingv1.LeaveRoomResponse)
	return m.unary(ctx, "LeaveRoom", request, response)
}

func (m member) reportOutcome(ctx context.Context, request *signalingv1.ReportOutcomeRequest) (*signalingv1.ReportOutcomeResponse, error) {
	response := new(signalingv1.ReportOutcomeResponse)
	return response, m.unary(ctx, "ReportOutcome", request, response)
}

func (m member) getIceServers(ctx context.Context) (*signalingv1.GetIceServersResponse, error) {
	request, response := new(signalingv1.GetIceServersRequest), new(signalingv1.GetIceServersResponse)
	return response, m.unary(ctx, "GetIceServers", request, response)
}

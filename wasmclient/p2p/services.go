package p2p

import (
	"context"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/matchmaking/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

// largestResponse bounds what a server may send at once, in bytes: a match of eight
// people with their introductions takes a tenth of it.
const largestResponse = 1 << 20

// matchmaking calls the Matchmaking service.
type matchmaking struct{ client *rpc.Client }

const matchmakingService = "/wasmp2pchat.matchmaking.v1.MatchmakingService/"

func newMatchmaking(settings settings) matchmaking {
	return matchmaking{rpc.NewClient(settings.http, settings.matchmaking, largestResponse)}
}

func (m matchmaking) findMatch(ctx context.Context, request *matchmakingv1.FindMatchRequest) (*rpc.Events, error) {
	return m.client.ServerStream(ctx, matchmakingService+"FindMatch", nil, request)
}

func (m matchmaking) cancelMatch(ctx context.Context, request *matchmakingv1.CancelMatchRequest) (*matchmakingv1.CancelMatchResponse, error) {
	response := new(matchmakingv1.CancelMatchResponse)
	return response, m.client.Unary(ctx, matchmakingService+"CancelMatch", nil, request, response)
}

func (m matchmaking) getPool(ctx context.Context, request *matchmakingv1.GetPoolRequest) (*matchmakingv1.GetPoolResponse, error) {
	response := new(matchmakingv1.GetPoolResponse)
	return response, m.client.Unary(ctx, matchmakingService+"GetPool", nil, request, response)
}

// member calls the Signaling service as a member of a room.
type member struct {
	client *rpc.Client
	header rpc.Header // with the room token
}

const signalingService = "/wasmp2pchat.signaling.v1.SignalingService/"

// newMember returns a member of the room of that token. An empty token: of none.
func newMember(settings settings, token string) member {
	m := member{client: rpc.NewClient(settings.http, settings.signaling, largestResponse), header: rpc.Header{}}
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
	return m.client.ServerStream(ctx, signalingService+"JoinRoom", m.header, request)
}

func (m member) sendSignals(ctx context.Context, request *signalingv1.SendSignalsRequest) (*signalingv1.SendSignalsResponse, error) {
	response := new(signalingv1.SendSignalsResponse)
	return response, m.client.Unary(ctx, signalingService+"SendSignals", m.header, request, response)
}

func (m member) leaveRoom(ctx context.Context) error {
	request, response := new(signalingv1.LeaveRoomRequest), new(signalingv1.LeaveRoomResponse)
	return m.client.Unary(ctx, signalingService+"LeaveRoom", m.header, request, response)
}

func (m member) reportOutcome(ctx context.Context, request *signalingv1.ReportOutcomeRequest) (*signalingv1.ReportOutcomeResponse, error) {
	response := new(signalingv1.ReportOutcomeResponse)
	return response, m.client.Unary(ctx, signalingService+"ReportOutcome", m.header, request, response)
}

func (m member) getIceServers(ctx context.Context) (*signalingv1.GetIceServersResponse, error) {
	request, response := new(signalingv1.GetIceServersRequest), new(signalingv1.GetIceServersResponse)
	return response, m.client.Unary(ctx, signalingService+"GetIceServers", m.header, request, response)
}

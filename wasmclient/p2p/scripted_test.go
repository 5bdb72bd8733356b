//go:build !js

package p2p

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
)

// script is a matchmaking service that answers each FindMatch with the next of
// its lines, and repeats the last one.
type script struct {
	matchmakingv1connect.UnimplementedMatchmakingServiceHandler
	lines     []line
	cancelled *matchmakingv1.CancelMatchResponse // answers CancelMatch

	mu    sync.Mutex // guards the following field
	asked []*matchmakingv1.FindMatchRequest
}

// line is the events of one stream, which then ends with err.
type line struct {
	events []*matchmakingv1.FindMatchResponse
	waits  bool // for the end of the call
	err    error
}

// expires ends a search with ReasonExpired.
var expires = line{events: []*matchmakingv1.FindMatchResponse{{
	Event: &matchmakingv1.FindMatchResponse_Ended{Ended: &matchmakingv1.Ended{Reason: matchmakingv1.Ended_REASON_EXPIRED}},
}}}

func (s *script) FindMatch(
	ctx context.Context,
	request *matchmakingv1.FindMatchRequest,
	stream *connect.ServerStream[matchmakingv1.FindMatchResponse],
) error {
	s.mu.Lock()
	s.asked = append(s.asked, proto.CloneOf(request))
	line := s.lines[min(len(s.asked), len(s.lines))-1]
	s.mu.Unlock()
	for _, event := range line.events {
		if err := stream.Send(event); err != nil {
			return err
		}
	}
	if line.waits {
		<-ctx.Done()
	}
	return line.err
}

// CancelMatch implements the RPC.
func (s *script) CancelMatch(context.Context, *matchmakingv1.CancelMatchRequest) (*matchmakingv1.CancelMatchResponse, error) {
	return s.cancelled, nil
}

func (s *script) requests() []*matchmakingv1.FindMatchRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// play serves the lines, and rooms that close for the reasons, one after the other;
// for LEFT if there is none.
func play(t *testing.T, lines ...line) (*script, *Client) {
	t.Helper()
	return playRooms(t, nil, nil, lines...)
}

func playRooms(t *testing.T, reasons []signalingv1.RoomClosed_Reason, left chan<- string, lines ...line) (*script, *Client) {
	t.Helper()
	rooms := leftRoom{left: left, reasons: make(chan signalingv1.RoomClosed_Reason, len(reasons))}
	for _, reason := range reasons {
		rooms.reasons <- reason
	}
	script := &script{lines: lines}
	mux := http.NewServeMux()
	mux.Handle(matchmakingv1connect.NewMatchmakingServiceHandler(script))
	mux.Handle(signalingv1connect.NewSignalingServiceHandler(rooms))
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return script, NewClient(server.URL)
}

// leftRoom is a room whose other member has left, and which the server closes
// a moment later.
type leftRoom struct {
	signalingv1connect.UnimplementedSignalingServiceHandler
	reasons chan signalingv1.RoomClosed_Reason
	left    chan<- string // by whom, if anybody wants to know
}

// LeaveRoom implements the RPC.
func (r leftRoom) LeaveRoom(ctx context.Context, _ *signalingv1.LeaveRoomRequest) (*signalingv1.LeaveRoomResponse, error) {
	if call, ok := connect.CallInfoForHandlerContext(ctx); ok && r.left != nil {
		r.left <- call.RequestHeader().Get("Authorization")
	}
	return &signalingv1.LeaveRoomResponse{}, nil
}

func (r leftRoom) JoinRoom(
	_ context.Context,
	_ *signalingv1.JoinRoomRequest,
	stream *connect.ServerStream[signalingv1.JoinRoomResponse],
) error {
	left := &signalingv1.Peer{PeerId: "other", MyRole: signalingv1.Role_ROLE_ANSWERER, State: signalingv1.Peer_STATE_LEFT}
	err := stream.Send(&signalingv1.JoinRoomResponse{Event: &signalingv1.JoinRoomResponse_Welcome{
		Welcome: &signalingv1.Welcome{Peers: []*signalingv1.Peer{left}},
	}})
	reason := signalingv1.RoomClosed_REASON_LEFT
	select {
	case reason = <-r.reasons:
	default:
	}
	<-time.After(100 * time.Millisecond)
	return errors.Join(err, stream.Send(&signalingv1.JoinRoomResponse{Event: &signalingv1.JoinRoomResponse_RoomClosed{
		RoomClosed: &signalingv1.RoomClosed{Reason: reason, RequeueToken: "claim"},
	}}))
}

// refusal is an error as the service gives it.
func refusal(t *testing.T, code connect.Code, details ...proto.Message) line {
	t.Helper()
	refusal := connect.NewError(code, nil)
	for _, message := range details {
		detail, err := connect.NewErrorDetail(message)
		if err != nil {
			t.Fatal(err)
		}
		refusal.AddDetail(detail)
	}
	return line{err: refusal}
}

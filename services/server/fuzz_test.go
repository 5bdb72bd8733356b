package server_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

func FuzzFindMatch(f *testing.F) {
	fuzz(f, matchmakingv1connect.MatchmakingServiceFindMatchProcedure, true, &matchmakingv1.FindMatchRequest{
		RequestId: "00000000-0000-4000-8000-000000000001", Attempt: 1, ClientId: "client", Pool: "lobby", GroupSize: 3,
		Interests: []string{"a", "b"}, InterestsOnly: true, Avoid: []string{"x"}, Recent: []string{"y"},
		MaxWait: durationpb.New(time.Minute), MaxStream: durationpb.New(time.Second), RequeueToken: "a.b.c",
	})
}

func FuzzCancelMatch(f *testing.F) {
	fuzz(f, matchmakingv1connect.MatchmakingServiceCancelMatchProcedure, false,
		&matchmakingv1.CancelMatchRequest{RequestId: "00000000-0000-4000-8000-000000000001", Pool: "lobby"})
}

func FuzzGetPool(f *testing.F) {
	fuzz(f, matchmakingv1connect.MatchmakingServiceGetPoolProcedure, false, &matchmakingv1.GetPoolRequest{Pool: "lobby"})
}

func FuzzJoinRoom(f *testing.F) {
	fuzz(f, signalingv1connect.SignalingServiceJoinRoomProcedure, true,
		&signalingv1.JoinRoomRequest{Cursor: "A.1.1", Attempt: 1, MaxStream: durationpb.New(time.Second)})
}

func FuzzSendSignals(f *testing.F) {
	fuzz(f, signalingv1connect.SignalingServiceSendSignalsProcedure, false, &signalingv1.SendSignalsRequest{
		ToPeerId: "b", FirstSeq: 1, Signals: []*signalingv1.Signal{
			description(8), candidate("192.0.2.1"), renegotiate,
			{Payload: &signalingv1.Signal_EndOfCandidates{EndOfCandidates: &signalingv1.EndOfCandidates{}}},
		},
	})
}

func FuzzLeaveRoom(f *testing.F) {
	fuzz(f, signalingv1connect.SignalingServiceLeaveRoomProcedure, false, &signalingv1.LeaveRoomRequest{})
}

func FuzzReportOutcome(f *testing.F) {
	fuzz(f, signalingv1connect.SignalingServiceReportOutcomeProcedure, false, &signalingv1.ReportOutcomeRequest{
		PeerId: "b", ConnectionId: "c", Epoch: 1, Outcome: &signalingv1.ReportOutcomeRequest_Failed{
			Failed: &signalingv1.Failed{Stage: signalingv1.Failed_STAGE_ICE},
		},
	})
}

func FuzzGetIceServers(f *testing.F) {
	fuzz(f, signalingv1connect.SignalingServiceGetIceServersProcedure, false, &signalingv1.GetIceServersRequest{})
}

// faults are the codes of errors that are the server's own.
var faults = regexp.MustCompile(`"code":\s*"(internal|unknown|unavailable|data_loss)"`)

// fuzz sends any bytes as a request message, in both codecs. The response may be
// an error, but never one that is the server's own fault.
func fuzz(f *testing.F, procedure string, streaming bool, seed proto.Message) {
	binary, err := proto.Marshal(seed)
	if err != nil {
		f.Fatal(err)
	}
	text, err := protojson.Marshal(seed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(binary)
	f.Add(text)
	f.Add([]byte{})
	keys := newKeys(f)
	s := newServer(f, server.Config{Keys: keys})
	f.Fuzz(func(t *testing.T, message []byte) {
		roomToken := issue(t, keys, "room", 0, "a", "b", time.Now())
		for _, codec := range []string{"proto", "json"} {
			contentType, body := "application/"+codec, message
			if streaming {
				contentType, body = "application/connect+"+codec, envelope(message)
			}
			ctx, cancel := context.WithCancel(t.Context())
			request := httptest.NewRequestWithContext(ctx, http.MethodPost, procedure, &lastRead{Reader: bytes.NewReader(body), ended: cancel})
			request.Header.Set("Content-Type", contentType)
			request.Header.Set("Authorization", "Bearer "+roomToken)
			response := httptest.NewRecorder()
			serveAborted(s, response, request)
			cancel()
			if faults.Match(response.Body.Bytes()) {
				t.Errorf("%s: %d %s", codec, response.Code, response.Body)
			}
		}
	})
}

// serveAborted serves a request whose client goes, as net/http does.
func serveAborted(s http.Handler, w http.ResponseWriter, r *http.Request) {
	defer func() {
		if panicked := recover(); panicked != nil && panicked != http.ErrAbortHandler { //nolint:errorlint // as net/http compares
			panic(panicked)
		}
	}()
	s.ServeHTTP(w, r)
}

// lastRead ends the call once the request is read, so that no stream waits.
type lastRead struct {
	*bytes.Reader
	ended func()
}

func (r *lastRead) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if r.Len() == 0 {
		r.ended()
	}
	return n, err
}

func envelope(message []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)
}

package server_test

import (
	"net/http"
	"testing"

	"connectrpc.com/connect"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// TestProtocols leads two people from the queue to an exchanged signal over
// each protocol and transport.
func TestProtocols(t *testing.T) {
	t.Parallel()
	plain := listen(t, newServer(t, server.Config{}), false)
	secure := listen(t, newServer(t, server.Config{}), true)
	for name, test := range map[string]struct {
		url     string
		http    *http.Client
		options []connect.ClientOption
	}{
		"Connect protobuf, HTTP 1.1":  {plain.URL, http1(t), nil},
		"Connect JSON, HTTP 1.1":      {plain.URL, http1(t), []connect.ClientOption{connect.WithProtoJSON()}},
		"gRPC-Web, HTTP 1.1":          {plain.URL, http1(t), []connect.ClientOption{connect.WithGRPCWeb()}},
		"Connect protobuf, h2c":       {plain.URL, h2c(t), nil},
		"gRPC, h2c":                   {plain.URL, h2c(t), []connect.ClientOption{connect.WithGRPC()}},
		"gRPC-Web, h2c":               {plain.URL, h2c(t), []connect.ClientOption{connect.WithGRPCWeb()}},
		"gRPC, HTTP 2 over TLS":       {secure.URL, secure.Client(), []connect.ClientOption{connect.WithGRPC()}},
		"Connect, HTTP 2 over TLS":    {secure.URL, secure.Client(), nil},
		"Connect JSON, HTTP over TLS": {secure.URL, secure.Client(), []connect.ClientOption{connect.WithProtoJSON()}},
	} {
		t.Run(name, func(t *testing.T) {
			finding := matchmakingv1connect.NewMatchmakingServiceClient(test.http, test.url, test.options...)
			signaling := signalingv1connect.NewSignalingServiceClient(test.http, test.url, test.options...)
			a, b := pair(t, finding)
			in := joinRoom(t, signaling, b.GetRoomToken())
			welcome := receive(t, in).GetWelcome()
			if welcome.GetSlot() != 1 || welcome.GetPeers()[0].GetPeerId() != a.GetPeerId() || welcome.GetPeers()[0].GetMyRole() != signalingv1.Role_ROLE_ANSWERER {
				t.Fatalf("welcome %v", welcome)
			}
			mid, line := "0", uint32(0)
			want := &signalingv1.Signal{ConnectionId: "c1", Epoch: 7, Payload: &signalingv1.Signal_Candidate{Candidate: &signalingv1.IceCandidate{
				Candidate: "candidate:1 1 udp 2130706431 192.0.2.1 9 typ host", SdpMid: &mid, SdpMLineIndex: &line,
			}}}
			sent, err := signaling.SendSignals(withToken(t.Context(), a.GetRoomToken()), &signalingv1.SendSignalsRequest{
				ToPeerId: b.GetPeerId(), FirstSeq: 1, Signals: []*signalingv1.Signal{want},
			})
			if err != nil || sent.GetLastStoredSeq() != 1 {
				t.Fatalf("send: stored up to %d, error %v", sent.GetLastStoredSeq(), err)
			}
			got := receive(t, in).GetSignalsReceived()
			if got.GetFromPeerId() != a.GetPeerId() || got.GetFirstSeq() != 1 || !equal(got.GetSignals()[0], want) {
				t.Errorf("received %v, want %v of %s", got, want, a.GetPeerId())
			}
		})
	}
}

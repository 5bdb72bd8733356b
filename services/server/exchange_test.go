package server_test

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// TestOneExchange lets two people meet with as few calls as there can be: the
// offer comes with the match, the answer with the join, and one reports for both.
func TestOneExchange(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{}), false).URL
	for protocol, options := range map[string][]connect.ClientOption{
		"Connect": nil, "gRPC": {connect.WithGRPC()}, "gRPC-Web": {connect.WithGRPCWeb()}, "JSON": {connect.WithProtoJSON()},
	} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url, options...)
			rooms := signalingv1connect.NewSignalingServiceClient(h2c(t), url, options...)
			introduced := func(introduction string) *matchmakingv1.FindMatchRequest {
				return &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Pool: "exchange-" + strings.ToLower(protocol), Introduction: []byte(introduction)}
			}
			first := findMatch(t, finding, introduced("of a\x00\xff"))
			receive(t, first)
			matchedB := receive(t, findMatch(t, finding, introduced("of b"))).GetMatched()
			matchedA := receive(t, first).GetMatched()
			checkIntroduced(t, matchedA, "", "of b")
			checkIntroduced(t, matchedB, "of a\x00\xff", "")

			inA := joinRoom(t, rooms, matchedA.GetRoomToken())
			proofA := receive(t, inA).GetWelcome().GetProof()
			answer := []*signalingv1.Signal{description(100)}
			inB, err := rooms.JoinRoom(withToken(t.Context(), matchedB.GetRoomToken()), &signalingv1.JoinRoomRequest{FirstSignals: []*signalingv1.SignalBatch{
				{ToPeerId: matchedA.GetPeerId(), FirstSeq: 1, Signals: answer},
			}})
			if err != nil {
				t.Fatal(err)
			}
			welcome := receive(t, inB).GetWelcome()
			if stored := welcome.GetPeers()[0].GetLastStoredSeq(); stored != 1 || len(welcome.GetProof()) == 0 || bytes.Equal(welcome.GetProof(), proofA) {
				t.Errorf("stored up to %d, proof %x beside %x", stored, welcome.GetProof(), proofA)
			}
			receive(t, inA) // PeerJoined
			if got := receive(t, inA).GetSignalsReceived().GetSignals(); len(got) != 1 || !proto.Equal(got[0], answer[0]) {
				t.Errorf("received %v", got)
			}
			report, err := rooms.ReportOutcome(withToken(t.Context(), matchedA.GetRoomToken()), &signalingv1.ReportOutcomeRequest{
				PeerId:  matchedB.GetPeerId(),
				Outcome: &signalingv1.ReportOutcomeRequest_Connected{Connected: &signalingv1.Connected{PeerProof: welcome.GetProof()}},
			})
			if err != nil || !report.GetConfirmed() {
				t.Errorf("confirmed %t, %v", report.GetConfirmed(), err)
			}
			if receive(t, inA).GetPairConfirmed() == nil || receive(t, inB).GetPairConfirmed() == nil {
				t.Errorf("told %v and %v, want that the pair is confirmed", inA.Msg(), inB.Msg())
			}
		})
	}
}

// checkIntroduced fails unless the members have these introductions, by slot.
func checkIntroduced(t *testing.T, matched *matchmakingv1.Matched, want ...string) {
	t.Helper()
	for slot, member := range matched.GetMembers() {
		if got := string(member.GetIntroduction()); got != want[slot] {
			t.Errorf("slot %d has the introduction %q, want %q", slot, got, want[slot])
		}
	}
}

// TestOpenICEServers asks for ICE servers without a token: those that need a
// credential are for members of a room.
func TestOpenICEServers(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{ICEServers: iceserver.List{
		Servers: []iceserver.Server{
			{URLs: []string{"stun:192.0.2.1"}}, {URLs: []string{"turn:192.0.2.1"}, Username: "someone", Credential: "secret"},
		},
		TURN:    []string{"turn:192.0.2.2?transport=udp"},
		Secrets: func() iceserver.Secrets { return iceserver.Secrets{"secret"} },
	}}), false).URL
	rooms := signalingv1connect.NewSignalingServiceClient(h2c(t), url)
	open, err := rooms.GetIceServers(t.Context(), &signalingv1.GetIceServersRequest{})
	if err != nil || len(open.GetIceServers()) != 1 || open.GetIceServers()[0].GetUrls()[0] != "stun:192.0.2.1" || open.GetExpiresIn() != nil {
		t.Errorf("without a token: %v, %v, want the server that needs no credential, for ever", open, err)
	}
	matched, _ := pair(t, matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url))
	all, err := rooms.GetIceServers(withToken(t.Context(), matched.GetRoomToken()), &signalingv1.GetIceServersRequest{})
	if err != nil || len(all.GetIceServers()) != 3 {
		t.Errorf("with a token: %v, %v, want all", all, err)
	}
}

// TestRelaysAreTold asks without a token whether there is a relay for members of rooms.
func TestRelaysAreTold(t *testing.T) {
	t.Parallel()
	secrets := func() iceserver.Secrets { return iceserver.Secrets{"secret"} }
	stun := iceserver.Server{URLs: []string{"stun:192.0.2.1"}}
	for name, test := range map[string]struct {
		list iceserver.List
		want bool
	}{
		"none":      {iceserver.List{}, false},
		"STUN only": {iceserver.List{Servers: []iceserver.Server{stun}}, false},
		"TURN":      {iceserver.List{TURN: []string{"turn:192.0.2.2"}, Secrets: secrets}, true},
		"TURN with a static password": {iceserver.List{Servers: []iceserver.Server{
			stun, {URLs: []string{"turns:192.0.2.1"}, Username: "someone", Credential: "secret"},
		}}, true},
	} {
		url := listen(t, newServer(t, server.Config{ICEServers: test.list}), false).URL
		answer, err := signalingv1connect.NewSignalingServiceClient(h2c(t), url).GetIceServers(t.Context(), &signalingv1.GetIceServersRequest{})
		if err != nil || answer.GetRelays() != test.want {
			t.Errorf("%s: relays %v, %v, want %v", name, answer.GetRelays(), err, test.want)
		}
	}
}

// TestTURNCredentials asks for credentials as both members of a room, and with Welcome.
func TestTURNCredentials(t *testing.T) {
	t.Parallel()
	const relay = "turn:192.0.2.2?transport=udp"
	secrets := iceserver.Secrets{"secret"}
	url := listen(t, newServer(t, server.Config{ICEServers: iceserver.List{
		TURN: []string{relay}, Secrets: func() iceserver.Secrets { return secrets }, RelayOnly: true,
	}}), false).URL
	rooms := signalingv1connect.NewSignalingServiceClient(h2c(t), url)
	a, b := pair(t, matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url))
	check := func(what string, list []*signalingv1.IceServer, valid time.Duration, policy signalingv1.IcePolicy) string {
		t.Helper()
		if len(list) != 1 || list[0].GetUrls()[0] != relay || policy != signalingv1.IcePolicy_ICE_POLICY_RELAY {
			t.Fatalf("%s: %v, policy %v", what, list, policy)
		}
		password, _, expiry, ok := secrets.Verify(list[0].GetUsername())
		if off := time.Until(expiry) - valid; !ok || password != list[0].GetCredential() || off.Abs() > 10*time.Second || valid < time.Hour || valid > 72*time.Minute {
			t.Errorf("%s: %v, valid for %v, off by %v", what, list, valid, off)
		}
		return list[0].GetUsername()
	}
	asked := func(matched *matchmakingv1.Matched) string {
		answer, err := rooms.GetIceServers(withToken(t.Context(), matched.GetRoomToken()), &signalingv1.GetIceServersRequest{})
		if err != nil {
			t.Fatal(err)
		}
		return check("GetIceServers", answer.GetIceServers(), answer.GetExpiresIn().AsDuration(), answer.GetIcePolicy())
	}
	if one, other := asked(a), asked(b); one == other {
		t.Errorf("both members are %s", one)
	}
	stream, err := rooms.JoinRoom(withToken(t.Context(), a.GetRoomToken()), &signalingv1.JoinRoomRequest{})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close() //nolint:errcheck // a test
	if !stream.Receive() {
		t.Fatal(stream.Err())
	}
	welcome := stream.Msg().GetWelcome()
	welcomed := check("Welcome", welcome.GetIceServers(), welcome.GetIceExpiresIn().AsDuration(), welcome.GetIcePolicy())
	if again := asked(a); again != welcomed {
		t.Errorf("%s was told to the member, then %s: want the same for a while", welcomed, again)
	}
}

// TestRelayOnlyPassesNoIntroductionOn introduces both members of a pair where people
// connect by relays only.
func TestRelayOnlyPassesNoIntroductionOn(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{ICEServers: iceserver.List{RelayOnly: true}}), false).URL
	finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url)
	introduced := func() *connect.ServerStreamForClient[matchmakingv1.FindMatchResponse] {
		return findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Introduction: []byte("my address")})
	}
	first := introduced()
	receive(t, first)
	matched := receive(t, introduced()).GetMatched()
	checkIntroduced(t, receive(t, first).GetMatched(), "", "")
	checkIntroduced(t, matched, "", "")
}

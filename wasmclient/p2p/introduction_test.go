//go:build !js

package p2p

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/proto"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	lite "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"
)

// stranger is a client that says what a test wants.
type stranger struct {
	t       *testing.T
	wire    *fakeWire
	matched *matchmakingv1.Matched
	rooms   signalingv1connect.SignalingServiceClient
	events  interface {
		Receive() bool
		Msg() *signalingv1.JoinRoomResponse
	}
}

// waitAs lets a stranger wait with an introduction, and returns how to go on when
// it is matched.
func waitAs(ctx context.Context, t *testing.T, server *fakeServer, introduction []byte) (meet func() *stranger) {
	t.Helper()
	s := &stranger{t: t, wire: server.wire()}
	stream, err := matchmakingv1connect.NewMatchmakingServiceClient(s.wire, "http://server.test").FindMatch(ctx, &matchmakingv1.FindMatchRequest{
		RequestId: platform.RandomID(), Introduction: introduction,
	})
	if err != nil || !stream.Receive() {
		t.Fatalf("find match: %v, %v", err, stream.Err())
	}
	return func() *stranger {
		for s.matched = stream.Msg().GetMatched(); s.matched == nil && stream.Receive(); {
			s.matched = stream.Msg().GetMatched()
		}
		_ = stream.Close()
		s.rooms = signalingv1connect.NewSignalingServiceClient(asMember(s.wire, s.matched), "http://server.test")
		events, err := s.rooms.JoinRoom(ctx, &signalingv1.JoinRoomRequest{})
		if err != nil {
			t.Fatalf("join: %v", err)
		}
		s.events = events
		return s
	}
}

// signals returns the next signals that arrive.
func (s *stranger) signals() []*signalingv1.Signal {
	for s.events.Receive() {
		if signals := s.events.Msg().GetSignalsReceived().GetSignals(); len(signals) > 0 {
			return signals
		}
	}
	return nil
}

func batchOf(signals ...*signalingv1.Signal) []byte {
	data, _ := proto.Marshal(&signalingv1.SignalBatch{Signals: signals})
	return data
}

func describedBy(kind signalingv1.SessionDescription_Type, epoch uint32, sdp string) *signalingv1.Signal {
	return &signalingv1.Signal{Epoch: epoch, Payload: &signalingv1.Signal_Description{
		Description: &signalingv1.SessionDescription{Type: kind, Sdp: sdp},
	}}
}

// TestIntroductionsOfStrangers is matched with people whose introductions hold
// no offer that can be used, and who then leave: the search goes on.
func TestIntroductionsOfStrangers(t *testing.T) {
	const offer, answer = signalingv1.SessionDescription_TYPE_OFFER, signalingv1.SessionDescription_TYPE_ANSWER
	candidate := &signalingv1.Signal{Epoch: 1, Payload: &signalingv1.Signal_Candidate{
		Candidate: &signalingv1.IceCandidate{Candidate: "candidate:1 1 udp 1 evil.example.org 9 typ host"},
	}}
	many := make([]*signalingv1.Signal, 200)
	for i := range many {
		many[i] = candidate
	}
	for name, introduction := range map[string][]byte{
		"rubbish":             []byte("rubbish"),
		"groups in groups":    bytes.Repeat([]byte{0x1a, 0x0b}, largestIntroduction/2),
		"an empty batch":      batchOf(&signalingv1.Signal{}),
		"candidates only":     batchOf(many...),
		"an answer":           batchOf(describedBy(answer, 1, "v=0\r\na=ice-ufrag:x\r\n")),
		"no description":      batchOf(describedBy(offer, 1, "rubbish")),
		"a huge description":  batchOf(describedBy(offer, 1, "v=0\r\n"+strings.Repeat("a=x\r\n", 2000))),
		"the highest epoch":   batchOf(describedBy(offer, 1<<32-1, "rubbish")),
		"an offer of nobody":  batchOf(describedBy(offer, 1, "v=0\r\na=ice-ufrag:nobody\r\na=fingerprint:sha-256 00\r\n"), candidate),
		"renegotiate a while": batchOf(&signalingv1.Signal{Payload: &signalingv1.Signal_Renegotiate{Renegotiate: &signalingv1.Renegotiate{}}}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				server, network := newFakeServer(t), newFakeNetwork()
				meet := waitAs(ctx, t, server, introduction)
				victim, honest := newFakePeer(network, server), newFakePeer(network, server)
				one := findFor(t, victim)
				intruder := meet()
				p2ptest.Pass(t, 7*time.Second)
				if _, err := intruder.rooms.LeaveRoom(ctx, &signalingv1.LeaveRoomRequest{}); err != nil {
					t.Logf("leave: %v", err) // the room is over already
				}
				together(t, one, findFor(t, honest))
				p2ptest.Pass(t, time.Second)
			})
		})
	}
}

// TestReadIntroduction reads groups in groups, which some parsers skip by recursion,
// and more than a batch may hold.
func TestReadIntroduction(t *testing.T) {
	t.Parallel()
	candidate := &signalingv1.Signal{Payload: &signalingv1.Signal_EndOfCandidates{EndOfCandidates: &signalingv1.EndOfCandidates{}}}
	many := batchOf(slices.Repeat([]*signalingv1.Signal{candidate}, 200)...)
	deep := append(bytes.Repeat([]byte{0x23}, 5000), bytes.Repeat([]byte{0x24}, 5000)...)
	open := bytes.Repeat([]byte{0x23}, 5000)
	for name, test := range map[string]struct {
		data []byte
		want int
	}{"nothing": {nil, 0}, "many": {many, introductionSignals}, "groups": {append(batchOf(candidate), deep...), 0}, "unfinished groups": {append(batchOf(candidate), open...), 0}, "too long": {make([]byte, largestIntroduction+1), 0}} {
		if got := readIntroduction(test.data); len(got) != test.want {
			t.Errorf("%s: %d signals, want %d", name, len(got), test.want)
		}
	}
}

// TestAnswerToAnEarlierIntroduction lets a stranger answer the offer before the
// last: it gets the last one as a signal.
func TestAnswerToAnEarlierIntroduction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		server, network := newFakeServer(t), newFakeNetwork()
		waits := newFakePeer(network, server)
		var changed func(bool)
		waits.client.settings.network = func(tell func(bool)) (stop func()) {
			changed = tell
			return func() {}
		}
		search, stop := context.WithCancel(t.Context())
		one := find(search, t, waits.client)
		p2ptest.Pass(t, time.Second)
		changed(true)
		p2ptest.Pass(t, time.Second)
		second := waitAs(ctx, t, server, []byte("reads"))()
		introduced := readIntroduction(second.matched.GetMembers()[0].GetIntroduction())
		if len(introduced) == 0 || introduced[0].GetEpoch() != 2 || introduced[0].GetDescription() == nil {
			t.Fatalf("introduced by %v, want an offer of epoch 2", introduced)
		}
		_, err := second.rooms.SendSignals(ctx, &signalingv1.SendSignalsRequest{
			ToPeerId: second.matched.GetMembers()[0].GetPeerId(), FirstSeq: 1,
			Signals: []*signalingv1.Signal{describedBy(signalingv1.SessionDescription_TYPE_ANSWER, 1, "v=0\r\na=ice-ufrag:x\r\n")},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := second.signals(); len(got) == 0 || got[0].GetEpoch() != 2 || got[0].GetConnectionId() != introduced[0].GetConnectionId() ||
			got[0].GetDescription().GetSdp() != introduced[0].GetDescription().GetSdp() {
			t.Errorf("got %v, want the offer %v", got, introduced[0])
		}
		stop()
		<-one
	})
}

// TestServersThatComeLate lets the STUN servers be known only after the search
// began: the ticket then has an offer that was made with them.
func TestServersThatComeLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		server, network := newFakeServer(t), newFakeNetwork()
		waits := newFakePeer(network, server)
		answer := make(chan *lite.GetIceServersResponse)
		known := &openServers{ask: func(context.Context) (*lite.GetIceServersResponse, error) { return <-answer, nil }}
		waits.client.servers = map[string]*openServers{"http://server.test": known}
		search, stop := context.WithCancel(t.Context())
		one := find(search, t, waits.client)
		p2ptest.Pass(t, time.Second)
		answer <- &lite.GetIceServersResponse{IceServers: []*lite.IceServer{{Urls: []string{"stun:192.0.2.1"}}}}
		p2ptest.Pass(t, time.Second)
		if got := waits.wire.count(matchmakingv1connect.MatchmakingServiceFindMatchProcedure); got != 2 {
			t.Errorf("%d requests, want one more for the servers", got)
		}
		second := waitAs(ctx, t, server, []byte("reads"))()
		if introduced := readIntroduction(second.matched.GetMembers()[0].GetIntroduction()); len(introduced) == 0 || introduced[0].GetEpoch() != 2 {
			t.Errorf("introduced by %v, want an offer of epoch 2", introduced)
		}
		if open := waits.open(); open != 1 {
			t.Errorf("%d connections are open, want one", open)
		}
		stop()
		<-one
	})
}

// TestServersWithCredentials cuts the direct path of a pair: the servers that need
// a credential, which only Welcome names, are used a moment later.
func TestServersWithCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, network := newFakeServer(t), newFakeNetwork()
		server.ice = iceserver.List{Servers: []iceserver.Server{{URLs: []string{"turn:192.0.2.1"}, Username: "u", Credential: "c"}}}
		server.forget(t)
		waits, comes := newFakePeer(network, server), newFakePeer(network, server)
		network.cut(waits.fakeHost, comes.fakeHost)
		one := findFor(t, waits)
		p2ptest.Pass(t, time.Second)
		two := findFor(t, comes)
		p2ptest.Pass(t, 2*time.Second)
		for _, peer := range []*fakePeer{waits, comes} {
			if got := peer.servers(); len(got) != 1 || got[0].Username != "u" {
				t.Errorf("negotiates with the servers %v, want that with a credential", got)
			}
		}
		network.heal(waits.fakeHost, comes.fakeHost)
		together(t, one, two)
		p2ptest.Pass(t, time.Second)
	})
}

// TestFirstSignalsThatAreRefused lets each side gather a candidate that the server
// accepts of nobody, and one of them know no introductions: the offer or the
// answer is refused with the join, and sent without that candidate afterwards.
func TestFirstSignalsThatAreRefused(t *testing.T) {
	for _, old := range []int{0, 1} { // slot
		synctest.Test(t, func(t *testing.T) {
			server, network := newFakeServer(t), newFakeNetwork()
			peers := []*fakePeer{newFakePeer(network, server), newFakePeer(network, server)}
			for slot, peer := range peers {
				peer.extra = "candidate:1 1 udp 1 fe80::1%eth0 9 typ host"
				peer.client.settings.stepByStep = slot == old
			}
			one := findFor(t, peers[0])
			p2ptest.Pass(t, time.Second)
			together(t, one, findFor(t, peers[1]))
			p2ptest.Pass(t, time.Second)
			for slot, peer := range peers {
				joins, want := peer.wire.count(signalingv1connect.SignalingServiceJoinRoomProcedure), 1
				if slot == 0 && old == 1 {
					want = 2 // the first took along what is refused
				}
				if joins != want {
					t.Errorf("slot %d, slot %d is old: %d joins, want %d", slot, old, joins, want)
				}
			}
		})
	}
}

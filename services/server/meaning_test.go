package server_test

import (
	"crypto/rand"
	"net/http"
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

// TestInnocentKeepsThePlace follows a person whose partner never joins through
// both services: the room closes with the reason, and the person gets the old
// place in the queue back and does not meet that partner.
func TestInnocentKeepsThePlace(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *server.Server, client *http.Client) {
		finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory")
		rooms := signalingv1connect.NewSignalingServiceClient(client, "http://memory")
		a, b := pairOf(t, finding, "innocent", "missing")
		joined := joinRoom(t, rooms, a.GetRoomToken())
		receive(t, joined)
		closed := receive(t, joined).GetRoomClosed()
		if closed.GetReason() != signalingv1.RoomClosed_REASON_PEER_MISSING || closed.GetRequeueToken() == "" {
			t.Fatalf("closed %v, want because the peer is missing, with a token", closed)
		}
		again := receive(t, joinRoom(t, rooms, a.GetRoomToken())).GetRoomClosed()
		if again.GetRequeueToken() != closed.GetRequeueToken() {
			t.Error("asked again, the token is another one")
		}
		late := receive(t, joinRoom(t, rooms, b.GetRoomToken())).GetRoomClosed()
		if late.GetReason() != closed.GetReason() || late.GetRequeueToken() != "" {
			t.Errorf("the missing one is told %v, want the same reason and no token", late)
		}

		missing := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), ClientId: "missing"})
		receive(t, missing)
		request := &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), ClientId: "innocent", RequeueToken: closed.GetRequeueToken()}
		innocent := findMatch(t, finding, request)
		if queued := receive(t, innocent).GetQueued(); !queued.GetPlaceKept() || queued.GetWaiting() != 2 {
			t.Fatalf("queued %v, want at the old place beside who was missing", queued)
		}
		third := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), ClientId: "third"})
		matched := receive(t, innocent).GetMatched()
		if matched.GetRoomId() == "" || matched.GetRoomId() != receive(t, third).GetMatched().GetRoomId() {
			t.Fatalf("matched %v, want with the third, before who was missing", matched)
		}
		if matched.GetMembers()[0].GetPeerId() != matched.GetPeerId() {
			t.Error("the innocent has not the first slot: its place was not the oldest")
		}

		request.RequestId = rand.Text()
		if queued := receive(t, findMatch(t, finding, request)); queued.GetMatched() == nil {
			t.Errorf("the token again: %v, want a plain arrival that meets who was missing", queued)
		}
	})
}

// TestPseudonyms matches the same two twice and then lets one block the other.
func TestPseudonyms(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *server.Server, client *http.Client) {
		finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory")
		first, _ := pairOf(t, finding, "a", "b")
		second, _ := pairOf(t, finding, "a", "b")
		if first.GetMembers()[1].GetPseudonym() == second.GetMembers()[1].GetPseudonym() {
			t.Error("the same person has the same pseudonym at two matches")
		}
		recent := findMatch(t, finding, &matchmakingv1.FindMatchRequest{
			RequestId: rand.Text(), ClientId: "a", Recent: []string{first.GetMembers()[1].GetPseudonym()},
		})
		receive(t, recent)
		other := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), ClientId: "b"})
		if got := receive(t, other).GetQueued().GetWaiting(); got != 2 {
			t.Errorf("%d wait, want both: they met lately", got)
		}
		began := time.Now()
		if widened := receive(t, recent).GetWidened(); !widened.GetRecentDropped() || time.Since(began) != 5*time.Second {
			t.Errorf("after %v: %v, want widened after 5s", time.Since(began), recent.Msg())
		}
		if receive(t, recent).GetMatched() == nil || receive(t, other).GetMatched() == nil {
			t.Error("widened, they do not meet")
		}

		blocking := findMatch(t, finding, &matchmakingv1.FindMatchRequest{
			RequestId: rand.Text(), ClientId: "a", Avoid: []string{second.GetMembers()[1].GetPseudonym()},
		})
		receive(t, blocking)
		blocked := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), ClientId: "b"})
		receive(t, blocked)
		for range 3 {
			for name, stream := range map[string]*connect.ServerStreamForClient[matchmakingv1.FindMatchResponse]{"blocking": blocking, "blocked": blocked} {
				if got := receive(t, stream).GetHeartbeat().GetWaiting(); got != 2 {
					t.Errorf("%s: %v, want that both wait", name, stream.Msg())
				}
			}
		}
	})
}

// TestGroup matches three people who have one interest in common.
func TestGroup(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *server.Server, client *http.Client) {
		finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory")
		var members []*connect.ServerStreamForClient[matchmakingv1.FindMatchResponse]
		for _, interests := range [][]string{{"Go", "music"}, {"chess", "go"}, {"go"}} {
			members = append(members, findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), GroupSize: 3, Interests: interests}))
			if len(members) < 3 && receive(t, members[len(members)-1]).GetQueued() == nil {
				t.Fatalf("two of three: %v, want queued", members[len(members)-1].Msg())
			}
		}
		last := receive(t, members[2]).GetMatched()
		for _, other := range members[:2] {
			if got := receive(t, other).GetMatched().GetRoomId(); got != last.GetRoomId() {
				t.Errorf("room %q, want %q for all", got, last.GetRoomId())
			}
		}
		if len(last.GetMembers()) != 3 || last.GetInterest() != "go" || last.GetMembers()[2].GetPeerId() != last.GetPeerId() {
			t.Errorf("matched %v, want three by their interest in go, in order of arrival", last)
		}
	})
}

// pairOf matches two clients in an empty lobby, in this order.
func pairOf(t *testing.T, finding matchmakingv1connect.MatchmakingServiceClient, a, b string) (*matchmakingv1.Matched, *matchmakingv1.Matched) {
	t.Helper()
	first := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), ClientId: a})
	receive(t, first)
	second := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), ClientId: b})
	return receive(t, first).GetMatched(), receive(t, second).GetMatched()
}

// TestParametersTellNothingOfPseudonyms re-attaches with another seal of the same
// pseudonym, and with another pseudonym: the answers are alike, so that nobody
// learns whether two seals are of one person.
func TestParametersTellNothingOfPseudonyms(t *testing.T) {
	t.Parallel()
	keys := newKeys(t)
	finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), listen(t, newServer(t, server.Config{Keys: keys}), false).URL)
	one, another := keys.Pseudonym("one"), keys.Pseudonym("another")
	for list, with := range map[string]func(*matchmakingv1.FindMatchRequest, string){
		"avoid":  func(r *matchmakingv1.FindMatchRequest, sealed string) { r.Avoid = []string{sealed} },
		"recent": func(r *matchmakingv1.FindMatchRequest, sealed string) { r.Recent = []string{sealed} },
	} {
		request := &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Pool: "seals-" + list}
		first := keys.Seal("room", "peer", one)
		with(request, first)
		receive(t, findMatch(t, finding, request))
		for name, sealed := range map[string]string{"the same person": keys.Seal("other room", "peer", one), "another": keys.Seal("room", "peer", another)} {
			with(request, sealed)
			request.Attempt++
			if got := describe(t, find(t.Context(), finding, request)); got != "failed_precondition ERROR_REASON_PARAMETERS_DIFFER" {
				t.Errorf("%s: %s: %s", list, name, got)
			}
		}
		with(request, first)
		if receive(t, findMatch(t, finding, request)).GetQueued() == nil {
			t.Errorf("%s: the same request is not the same", list)
		}
	}
}

// TestPseudonymsOfARoom checks that a member is shown alike wherever their room
// is, and differently in another room.
func TestPseudonymsOfARoom(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{}), false).URL
	finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url)
	rooms := signalingv1connect.NewSignalingServiceClient(h2c(t), url)
	request := &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), ClientId: "somebody-who-waits", Pool: "shown"}
	waiting := findMatch(t, finding, request)
	receive(t, waiting)
	other := receive(t, findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), ClientId: "somebody-who-comes", Pool: "shown"})).GetMatched()
	matched := receive(t, waiting).GetMatched()
	request.Attempt++
	again := receive(t, findMatch(t, finding, request)).GetMatched()
	outcome, err := finding.CancelMatch(t.Context(), &matchmakingv1.CancelMatchRequest{RequestId: request.GetRequestId(), Pool: "shown"})
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]*matchmakingv1.Matched{"the partner": other, "the same again": again, "who cancels too late": outcome.GetMatched()} {
		for slot, member := range matched.GetMembers() {
			if !proto.Equal(got.GetMembers()[slot], member) {
				t.Errorf("%s is told %v, want %v", name, got.GetMembers()[slot], member)
			}
		}
	}
	if again.GetRoomToken() != matched.GetRoomToken() || len(again.GetRoomToken()) > 320 {
		t.Errorf("tokens of %d and %d characters, want one of 320 at most", len(matched.GetRoomToken()), len(again.GetRoomToken()))
	}
	peer := receive(t, joinRoom(t, rooms, matched.GetRoomToken())).GetWelcome().GetPeers()[0]
	if want := matched.GetMembers()[1].GetPseudonym(); peer.GetPseudonym() != want {
		t.Errorf("Welcome shows %q, want %q", peer.GetPseudonym(), want)
	}
	request.RequestId = rand.Text()
	waiting = findMatch(t, finding, request)
	receive(t, waiting)
	receive(t, findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Pool: "shown"}))
	if elsewhere := receive(t, waiting).GetMatched(); elsewhere.GetMembers()[0].GetPseudonym() == matched.GetMembers()[0].GetPseudonym() {
		t.Error("a person looks alike in two rooms")
	}
}

// TestInterestsAsTyped matches people by words that differ in case, width and the
// form of characters: each is told their own.
func TestInterestsAsTyped(t *testing.T) {
	t.Parallel()
	finding := matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), listen(t, newServer(t, server.Config{}), false).URL)
	for _, pair := range [][2]string{
		{"Stra\u00dfe", "STRASSE"}, {"  Go  Lang ", "go lang"}, {"\uff27\uff4f", "GO"}, {"caf\u00e9", "CAFE\u0301"}, {"\u30ab\u3099", "\uff76\uff9e"},
	} {
		var streams []*connect.ServerStreamForClient[matchmakingv1.FindMatchResponse]
		for _, word := range pair {
			streams = append(streams, findMatch(t, finding, &matchmakingv1.FindMatchRequest{
				RequestId: rand.Text(), Pool: "typed", Interests: []string{word}, InterestsOnly: true,
			}))
			receive(t, streams[len(streams)-1])
		}
		for i, word := range pair {
			event := streams[i].Msg()
			for event.GetMatched() == nil {
				event = receive(t, streams[i])
			}
			if got := event.GetMatched().GetInterest(); got != strings.TrimSpace(word) {
				t.Errorf("told %q, want %q", got, word)
			}
		}
	}
	for _, word := range []string{"a\u0007b", "a\nb", "\u202eabc", "a\u2066", "\u200fa"} {
		request := &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Interests: []string{"fine", word}}
		if got := describe(t, find(t.Context(), finding, request)); got != "invalid_argument ERROR_REASON_INVALID_FIELD interests[1]" {
			t.Errorf("%q: %s", word, got)
		}
	}
}

// TestTokensLiveAsLongAsSaid compares what Matched says of the life of its token
// with the token. What is said of TURN credentials is in TestTURNCredentials.
func TestTokensLiveAsLongAsSaid(t *testing.T) {
	t.Parallel()
	keys := newKeys(t)
	url := listen(t, newServer(t, server.Config{Keys: keys, ICEServers: iceserver.List{
		Servers: []iceserver.Server{{URLs: []string{"stun:192.0.2.1"}}},
	}}), false).URL
	matched, _ := pair(t, matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url))
	room, err := keys.VerifyRoom(matched.GetRoomToken())
	if err != nil {
		t.Fatal(err)
	}
	if said := matched.GetExpiresIn().AsDuration(); (time.Until(room.Expires) - said).Abs() > 5*time.Second {
		t.Errorf("Matched says %v, the token ends in %v", said, time.Until(room.Expires))
	}
	rooms := signalingv1connect.NewSignalingServiceClient(h2c(t), url)
	if welcome := receive(t, joinRoom(t, rooms, matched.GetRoomToken())).GetWelcome(); welcome.GetIceExpiresIn() != nil || welcome.GetIcePolicy() != signalingv1.IcePolicy_ICE_POLICY_ALL {
		t.Errorf("Welcome says that the ICE servers are good for %v, and %v", welcome.GetIceExpiresIn(), welcome.GetIcePolicy())
	}
}

// TestBadCandidatesAreLeftOut sends a description with a candidate that is not
// accepted: the peer gets the rest.
func TestBadCandidatesAreLeftOut(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{}), false).URL
	a, b := pair(t, matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url))
	rooms := signalingv1connect.NewSignalingServiceClient(h2c(t), url)
	in := joinRoom(t, rooms, b.GetRoomToken())
	receive(t, in)
	const good, bad = "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n", "a=candidate:2 1 udp 1 evil.example.org 1 typ host\r\n"
	offer := &signalingv1.Signal{Payload: &signalingv1.Signal_Description{Description: &signalingv1.SessionDescription{
		Type: signalingv1.SessionDescription_TYPE_OFFER, Sdp: "v=0\r\n" + bad + good,
	}}}
	if _, err := rooms.SendSignals(withToken(t.Context(), a.GetRoomToken()), &signalingv1.SendSignalsRequest{
		ToPeerId: b.GetPeerId(), FirstSeq: 1, Signals: []*signalingv1.Signal{offer},
	}); err != nil {
		t.Fatal(err)
	}
	event := receive(t, in)
	for event.GetSignalsReceived() == nil {
		event = receive(t, in)
	}
	if got := event.GetSignalsReceived().GetSignals()[0].GetDescription().GetSdp(); got != "v=0\r\n"+good {
		t.Errorf("the peer gets %q", got)
	}
}

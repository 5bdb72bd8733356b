//go:build !js

package p2p

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"google.golang.org/protobuf/proto"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/chat/v1"
	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
)

// bare is a peer that knows the contract and nothing of the SDK: it leaves
// everything empty that may be, and answers no ping.
type bare struct {
	t      *testing.T
	client signalingv1connect.SignalingServiceClient
	events interface {
		Receive() bool
		Msg() *signalingv1.JoinRoomResponse
	}
	pc   *webrtc.PeerConnection
	chat *webrtc.DataChannel
	peer string
	seq  uint64
	open chan struct{}
}

// enter joins the room of a match and negotiates in the background.
func enter(ctx context.Context, t *testing.T, url string, matched *matchmakingv1.Matched) *bare {
	t.Helper()
	b := &bare{t: t, open: make(chan struct{})}
	b.client = signalingv1connect.NewSignalingServiceClient(http.DefaultClient, url, WithRoomToken(matched.GetRoomToken()))
	events, err := b.client.JoinRoom(ctx, &signalingv1.JoinRoomRequest{})
	if err != nil {
		t.Fatalf("join: %v", err)
	}
	b.events = events
	if b.pc, err = webrtc.NewPeerConnection(webrtc.Configuration{}); err != nil {
		t.Fatal(err)
	}
	b.chat, err = b.pc.CreateDataChannel("chat", negotiatedChannel(chatChannel))
	_, err2 := b.pc.CreateDataChannel("bulk", negotiatedChannel(bulkChannel))
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	b.chat.OnOpen(func() { close(b.open) })
	done := make(chan struct{})
	go func() {
		defer close(done)
		for events.Receive() {
			b.take(ctx, events.Msg())
		}
	}()
	t.Cleanup(func() {
		_ = b.pc.GracefulClose()
		_ = events.Close()
		<-done
	})
	return b
}

func (b *bare) take(ctx context.Context, event *signalingv1.JoinRoomResponse) {
	if welcome := event.GetWelcome(); welcome != nil {
		b.peer = welcome.GetPeers()[0].GetPeerId()
		if welcome.GetPeers()[0].GetMyRole() == signalingv1.Role_ROLE_OFFERER {
			offer, err := b.pc.CreateOffer(nil)
			b.describe(ctx, signalingv1.SessionDescription_TYPE_OFFER, offer, err)
		}
	}
	for _, signal := range event.GetSignalsReceived().GetSignals() {
		switch {
		case signal.GetDescription().GetType() == signalingv1.SessionDescription_TYPE_OFFER:
			b.check(b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: signal.GetDescription().GetSdp()}))
			answer, err := b.pc.CreateAnswer(nil)
			b.describe(ctx, signalingv1.SessionDescription_TYPE_ANSWER, answer, err)
		case signal.GetDescription().GetType() == signalingv1.SessionDescription_TYPE_ANSWER:
			b.check(b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: signal.GetDescription().GetSdp()}))
		case signal.GetCandidate() != nil:
			line := uint16(0)
			b.check(b.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: signal.GetCandidate().GetCandidate(), SDPMLineIndex: &line}))
		}
	}
}

// describe sends a description with all candidates in it.
func (b *bare) describe(ctx context.Context, kind signalingv1.SessionDescription_Type, description webrtc.SessionDescription, err error) {
	b.check(err)
	gathered := webrtc.GatheringCompletePromise(b.pc)
	b.check(b.pc.SetLocalDescription(description))
	<-gathered
	b.seq++
	_, err = b.client.SendSignals(ctx, &signalingv1.SendSignalsRequest{ToPeerId: b.peer, FirstSeq: b.seq, Signals: []*signalingv1.Signal{{
		Payload: &signalingv1.Signal_Description{Description: &signalingv1.SessionDescription{Type: kind, Sdp: b.pc.LocalDescription().SDP}},
	}}})
	b.check(err)
}

func (b *bare) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Errorf("the bare peer: %v", err)
	}
}

// TestBarePeers chats with a peer that never answers a ping, as offerer and as
// answerer: the chat opens and is never interrupted.
func TestBarePeers(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]bool{"one that waited": true, "one that comes": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, told := startServer(t), make(chan PeerState, 16)
			var searching <-chan found
			search := func() { searching = find(testContext(t), t, NewClient(url, impatient), states(told)) }
			var matched <-chan *matchmakingv1.Matched
			if first {
				matched = ghost(t, url)
				search()
			} else {
				progress := newStages()
				searching = find(testContext(t), t, NewClient(url, impatient), states(told), progress.option())
				progress.wait(t, StageWaiting)
				matched = ghost(t, url)
			}
			peer := enter(testContext(t), t, url, <-matched)
			got := <-searching
			if got.err != nil {
				t.Fatalf("Find: %v", got.err)
			}
			<-peer.open
			time.Sleep(1500 * time.Millisecond) // five times as long as the SDK waits for a pong
			text, err := proto.Marshal(&chatv1.Envelope{MessageId: "1", Content: &chatv1.Envelope_Text{Text: &chatv1.Text{Text: "still here"}}})
			if err != nil {
				t.Fatal(err)
			}
			peer.check(peer.chat.Send(text))
			if got := texts(t, got.room, 1); len(got) != 1 || got[0] != "still here" {
				t.Errorf("got %q", got)
			}
			for len(told) > 0 {
				if state := <-told; state != PeerConnected {
					t.Errorf("told %s", state)
				}
			}
		})
	}
}

//go:build !js

package p2p

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"google.golang.org/protobuf/proto"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/chat/v1"
	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
)

// bare is a peer that knows the contract and nothing of the SDK: it leaves
// everything empty that may be, answers no ping, and answers each offer but the
// first with a new connection, as if its stack could not restart ICE.
type bare struct {
	t      *testing.T
	client signalingv1connect.SignalingServiceClient
	events interface {
		Receive() bool
		Msg() *signalingv1.JoinRoomResponse
	}
	pcs  []*webrtc.PeerConnection // the last one is negotiated
	peer string
	seq  uint64
	open chan *webrtc.DataChannel // each chat channel that opens
	text chan string              // each text that arrives

	pongs atomic.Bool // it answers pings
}

// enter joins the room of a match and negotiates in the background.
func enter(ctx context.Context, t *testing.T, url string, matched *matchmakingv1.Matched) *bare {
	t.Helper()
	b := &bare{t: t, open: make(chan *webrtc.DataChannel, 8), text: make(chan string, 8)}
	b.client = signalingv1connect.NewSignalingServiceClient(asMember(http.DefaultClient, matched), url)
	events, err := b.client.JoinRoom(ctx, &signalingv1.JoinRoomRequest{})
	if err != nil {
		t.Fatalf("join: %v", err)
	}
	b.events = events
	b.connect()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for events.Receive() {
			b.take(ctx, events.Msg())
		}
	}()
	t.Cleanup(func() {
		_ = events.Close()
		<-done
		for _, pc := range b.pcs {
			_ = pc.GracefulClose()
		}
	})
	return b
}

// negotiated returns the options of a channel that both sides create.
func negotiated(id uint16) *webrtc.DataChannelInit {
	is := true
	return &webrtc.DataChannelInit{Negotiated: &is, ID: &id}
}

// connect creates a connection, which is negotiated from now on.
func (b *bare) connect() {
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	b.check(err)
	b.pcs = append(b.pcs, pc)
	chat, err := pc.CreateDataChannel("chat", negotiated(chatChannel))
	b.check(err)
	_, err = pc.CreateDataChannel("bulk", negotiated(bulkChannel))
	b.check(err)
	chat.OnOpen(func() { b.open <- chat })
	chat.OnMessage(func(message webrtc.DataChannelMessage) {
		envelope := new(chatv1.Envelope)
		b.check(proto.Unmarshal(message.Data, envelope))
		switch content := envelope.GetContent().(type) {
		case *chatv1.Envelope_Text:
			b.text <- content.Text.GetText()
		case *chatv1.Envelope_Ping:
			if b.pongs.Load() {
				b.send(chat, &chatv1.Envelope{Content: &chatv1.Envelope_Pong{Pong: &chatv1.Pong{Nonce: content.Ping.GetNonce()}}})
			}
		default:
		}
	})
}

// say sends a text.
func (b *bare) say(chat *webrtc.DataChannel, text string) {
	b.send(chat, &chatv1.Envelope{MessageId: text, Content: &chatv1.Envelope_Text{Text: &chatv1.Text{Text: text}}})
}

// bye says goodbye.
func (b *bare) bye(chat *webrtc.DataChannel) {
	b.send(chat, &chatv1.Envelope{Content: &chatv1.Envelope_Bye{Bye: &chatv1.Bye{}}})
}

func (b *bare) send(chat *webrtc.DataChannel, envelope *chatv1.Envelope) {
	data, err := proto.Marshal(envelope)
	b.check(err)
	b.check(chat.Send(data))
}

func (b *bare) take(ctx context.Context, event *signalingv1.JoinRoomResponse) {
	if welcome := event.GetWelcome(); welcome != nil {
		b.peer = welcome.GetPeers()[0].GetPeerId()
		if welcome.GetPeers()[0].GetMyRole() == signalingv1.Role_ROLE_OFFERER {
			offer, err := b.pcs[0].CreateOffer(nil)
			b.describe(ctx, signalingv1.SessionDescription_TYPE_OFFER, offer, err)
		}
	}
	for _, signal := range event.GetSignalsReceived().GetSignals() {
		pc := b.pcs[len(b.pcs)-1]
		switch {
		case signal.GetDescription().GetType() == signalingv1.SessionDescription_TYPE_OFFER && pc.RemoteDescription() != nil:
			b.connect()
			pc = b.pcs[len(b.pcs)-1]
			fallthrough
		case signal.GetDescription().GetType() == signalingv1.SessionDescription_TYPE_OFFER:
			b.check(pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: signal.GetDescription().GetSdp()}))
			answer, err := pc.CreateAnswer(nil)
			b.describe(ctx, signalingv1.SessionDescription_TYPE_ANSWER, answer, err)
		case signal.GetDescription().GetType() == signalingv1.SessionDescription_TYPE_ANSWER:
			b.check(pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: signal.GetDescription().GetSdp()}))
		case signal.GetCandidate() != nil:
			line := uint16(0)
			b.check(pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: signal.GetCandidate().GetCandidate(), SDPMLineIndex: &line}))
		}
	}
}

// describe sends a description with all candidates in it.
func (b *bare) describe(ctx context.Context, kind signalingv1.SessionDescription_Type, description webrtc.SessionDescription, err error) {
	b.check(err)
	pc := b.pcs[len(b.pcs)-1]
	gathered := webrtc.GatheringCompletePromise(pc)
	b.check(pc.SetLocalDescription(description))
	<-gathered
	b.seq++
	_, err = b.client.SendSignals(ctx, &signalingv1.SendSignalsRequest{ToPeerId: b.peer, FirstSeq: b.seq, Signals: []*signalingv1.Signal{{
		Payload: &signalingv1.Signal_Description{Description: &signalingv1.SessionDescription{Type: kind, Sdp: pc.LocalDescription().SDP}},
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
// answerer. The chat opens and silence does not interrupt it. When the path
// breaks, the peer answers an ICE restart with the description of a new
// connection, and the chat goes on.
func TestBarePeers(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]bool{"one that waited": true, "one that comes": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, told, route := startServer(t), make(chan PeerState, 16), newRoute(t)
			var searching <-chan found
			search := func(options ...Option) {
				searching = find(testContext(t), t, NewClient(url, impatient, route.over(t)), append(options, states(told))...)
			}
			var matched <-chan *matchmakingv1.Matched
			if first {
				matched = ghost(t, url)
				search()
			} else {
				progress := newStages()
				search(progress.option())
				progress.wait(t, StageWaiting)
				matched = ghost(t, url)
			}
			peer := enter(testContext(t), t, url, <-matched)
			got := <-searching
			if got.err != nil {
				t.Fatalf("Find: %v", got.err)
			}
			chat := <-peer.open
			time.Sleep(1500 * time.Millisecond) // five times as long as the SDK waits for a pong
			peer.say(chat, "still here")
			p2ptest.WantTexts(t, texts(t, got.room, 1), "still here")
			if len(told) > 0 {
				t.Errorf("told %s", <-told)
			}
			route.lose()
			if err := got.room.SendText(t.Context(), "on the way"); err != nil {
				t.Fatalf("SendText: %v", err)
			}
			await(t, told, PeerInterrupted, 10*time.Second)
			await(t, told, PeerConnected, 10*time.Second)
			if text := <-peer.text; text != "on the way" {
				t.Errorf("the peer got %q", text)
			}
			peer.say(<-peer.open, "on a new path")
			p2ptest.WantTexts(t, texts(t, got.room, 1), "on a new path")
		})
	}
}

// TestAnAnswererAsksForTheOffer joins as the offerer, which does nothing.
func TestAnAnswererAsksForTheOffer(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	matched := ghost(t, url)
	soon := withClock(func(c *timeouts) { c.askForOffer = 100 * time.Millisecond })
	ctx, cancel := context.WithCancel(testContext(t))
	searching := find(ctx, t, NewClient(url, soon))
	client := signalingv1connect.NewSignalingServiceClient(asMember(http.DefaultClient, <-matched), url)
	events, err := client.JoinRoom(testContext(t), &signalingv1.JoinRoomRequest{})
	if err != nil {
		t.Fatalf("join: %v", err)
	}
	defer events.Close() //nolint:errcheck // only read
	asked := false
	for !asked && events.Receive() {
		for _, signal := range events.Msg().GetSignalsReceived().GetSignals() {
			asked = asked || signal.GetRenegotiate() != nil
		}
	}
	if !asked {
		t.Errorf("not asked for an offer: %v", events.Err())
	}
	cancel()
	<-searching
}

//go:build !js

package hostile

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/pion/webrtc/v4"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"
)

// Patience bounds each wait of a peer.
const Patience = 30 * time.Second

// A Match is the match of a hostile peer with its victim.
type Match struct {
	t       testing.TB
	url     string
	matched <-chan *matchmakingv1.Matched
}

// Wait queues at a server with those interests, and returns once the next to search meets
// this peer.
func Wait(t testing.TB, url string, interests ...string) *Match {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	events, err := matchmakingv1connect.NewMatchmakingServiceClient(http.DefaultClient, url).
		FindMatch(ctx, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Interests: interests})
	if err != nil || !events.Receive() {
		t.Fatalf("the hostile peer: find match: %v", err)
	}
	t.Cleanup(func() {
		cancel()
		_ = events.Close()
	})
	matched := make(chan *matchmakingv1.Matched, 1)
	go func() {
		for more := true; more; more = events.Receive() {
			if match := events.Msg().GetMatched(); match != nil {
				matched <- match
			}
		}
	}()
	return &Match{t, url, matched}
}

// Peer is in a room with its victim. Its methods are called from the test's
// goroutine.
type Peer struct {
	t        testing.TB
	client   signalingv1connect.SignalingServiceClient
	ctx      context.Context // carries the room token
	victim   string
	foreign  Addresses
	sent     uint64 // signals
	made     int    // candidates
	offers   bool   // this side is to make the first offer
	offer    string // the victim's first one; empty: this side is to make it
	received chan *signalingv1.Signal
	unlisten func() // closes the stream of the room

	connection *webrtc.PeerConnection // nil: not connected
	socket     *faultkit.Socket
	chat       *webrtc.DataChannel
	opened     chan struct{}
	said       said
}

// Addresses returns addresses and ports of somebody else's, for candidates.
type Addresses func(number int) (address string, port int)

// Enter joins the room of the match.
func (m *Match) Enter(foreign Addresses) *Peer {
	m.t.Helper()
	p := &Peer{t: m.t, foreign: foreign, received: make(chan *signalingv1.Signal, 1000)}
	select {
	case matched := <-m.matched:
		p.client = signalingv1connect.NewSignalingServiceClient(http.DefaultClient, m.url)
		ctx, cancel := context.WithCancel(context.Background())
		m.t.Cleanup(cancel)
		ctx, call := connect.NewClientContext(ctx)
		call.RequestHeader().Set("Authorization", "Bearer "+matched.GetRoomToken())
		p.ctx = ctx
	case <-time.After(Patience):
		m.t.Fatal("the hostile peer meets nobody")
	}
	if !p.join(0) {
		m.t.Fatal("the hostile peer: the room is closed")
	}
	if !p.offers {
		p.offer = p.await(signalingv1.SessionDescription_TYPE_OFFER).GetSdp()
	}
	return p
}

// join opens the stream of the room, and reports whether there is one.
func (p *Peer) join(attempt uint32) bool {
	p.t.Helper()
	events, err := p.client.JoinRoom(p.ctx, &signalingv1.JoinRoomRequest{Attempt: attempt})
	if err != nil || !events.Receive() {
		p.t.Fatalf("the hostile peer: join room: %v", err)
	}
	welcome := events.Msg().GetWelcome()
	if welcome == nil {
		_ = events.Close()
		return false
	}
	peer := welcome.GetPeers()[0]
	p.victim, p.offers = peer.GetPeerId(), peer.GetMyRole() == signalingv1.Role_ROLE_OFFERER
	p.sent = peer.GetLastStoredSeq()
	p.unlisten = func() { _ = events.Close() }
	var reading sync.WaitGroup
	reading.Go(func() {
		for events.Receive() {
			for _, signal := range events.Msg().GetSignalsReceived().GetSignals() {
				select {
				case p.received <- signal:
				default: // nobody waits for so many
				}
			}
		}
	})
	p.t.Cleanup(func() {
		_ = events.Close()
		reading.Wait()
	})
	return true
}

// Unlisten closes the stream of the room without a word.
func (p *Peer) Unlisten() { p.unlisten() }

// await returns the victim's next description of a type. Its candidates are in
// it, or are added to the connection.
func (p *Peer) await(kind signalingv1.SessionDescription_Type) *signalingv1.SessionDescription {
	p.t.Helper()
	timeout := time.After(Patience)
	for {
		select {
		case signal := <-p.received:
			if description := signal.GetDescription(); description.GetType() == kind {
				return description
			}
			p.add(signal)
		case <-timeout:
			p.t.Fatalf("the hostile peer: no %v comes", kind)
		}
	}
}

// Send sends signals. The server may refuse them.
func (p *Peer) Send(signals ...*signalingv1.Signal) {
	_, err := p.client.SendSignals(p.ctx, &signalingv1.SendSignalsRequest{ToPeerId: p.victim, FirstSeq: p.sent + 1, Signals: signals})
	if err == nil {
		p.sent += uint64(len(signals))
	}
}

// Signals returns how many signals the server has taken.
func (p *Peer) Signals() uint64 { return p.sent }

// candidate returns the next candidate at an address of somebody else's.
func (p *Peer) candidate() *signalingv1.Signal {
	line := uint32(0)
	return &signalingv1.Signal{ConnectionId: "hostile", Epoch: 1, Payload: &signalingv1.Signal_Candidate{Candidate: &signalingv1.IceCandidate{
		Candidate: p.nextForeign(), SdpMLineIndex: &line,
	}}}
}

func (p *Peer) nextForeign() string {
	p.made++
	address, port := p.foreign(p.made)
	return fmt.Sprintf("candidate:%d 1 udp 2130706431 %s %d typ host", p.made, address, port)
}

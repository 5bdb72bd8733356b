package main

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"

	"connectrpc.com/connect"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
)

// A negotiation as browsers have it: a description of 1.5 KB and a handful of
// candidates, which the SDK sends in two batches.
const (
	sizeOfDescription = 1500
	candidates        = 6
)

// person speaks to the services through one node for each.
type person struct {
	matchmaking matchmakingv1connect.MatchmakingServiceClient
	signaling   signalingv1connect.SignalingServiceClient
}

func newPerson(client *http.Client, matchmaking, signaling string) person {
	address := fmt.Sprintf("10.%d.%d.%d", rand.N(256), rand.N(256), rand.N(256)) //nolint:gosec // any will do
	from := home{client, address}
	return person{
		matchmaking: matchmakingv1connect.NewMatchmakingServiceClient(from, matchmaking),
		signaling:   signalingv1connect.NewSignalingServiceClient(from, signaling),
	}
}

// A home is a client with an address of its own, as nodes hear from a proxy:
// they limit what one address may do.
type home struct {
	*http.Client
	address string
}

// Do implements connect.HTTPClient.
func (h home) Do(request *http.Request) (*http.Response, error) {
	request.Header.Set("X-Forwarded-For", h.address)
	return h.Client.Do(request) //nolint:gosec // to nodes that this program started
}

// meet lets two people find each other and negotiate, as far as the servers
// see: until both have heard that they are connected.
func meet(ctx context.Context, pool string, people [2]person) error {
	var (
		both sync.WaitGroup
		errs [2]error
	)
	for i, p := range people {
		both.Go(func() { errs[i] = p.meet(ctx, pool) })
	}
	both.Wait()
	return errors.Join(errs[:]...)
}

func (p person) meet(ctx context.Context, pool string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	match, err := p.find(ctx, pool)
	if err != nil {
		return fmt.Errorf("find: %w", err)
	}
	if err := p.negotiate(ctx, match); err != nil {
		return fmt.Errorf("negotiate: %w", err)
	}
	return nil
}

func (p person) find(ctx context.Context, pool string) (*matchmakingv1.Matched, error) {
	stream, err := p.matchmaking.FindMatch(ctx, &matchmakingv1.FindMatchRequest{
		RequestId: crand.Text(), ClientId: crand.Text(), Pool: pool,
	})
	if err != nil {
		return nil, err
	}
	defer stream.Close() //nolint:errcheck // it has ended
	for stream.Receive() {
		if match := stream.Msg().GetMatched(); match != nil {
			return match, nil
		}
	}
	return nil, fmt.Errorf("no match: %w", stream.Err())
}

func (p person) negotiate(ctx context.Context, match *matchmakingv1.Matched) error {
	ctx, call := connect.NewClientContext(ctx)
	call.RequestHeader().Set("Authorization", "Bearer "+match.GetRoomToken())
	stream, err := p.signaling.JoinRoom(ctx, &signalingv1.JoinRoomRequest{})
	if err != nil {
		return err
	}
	defer stream.Close() //nolint:errcheck // the pair is confirmed
	peer, received := "", 0
	for stream.Receive() {
		switch event := stream.Msg().GetEvent().(type) {
		case *signalingv1.JoinRoomResponse_Welcome:
			peer = event.Welcome.GetPeers()[0].GetPeerId()
			err = p.send(ctx, peer)
		case *signalingv1.JoinRoomResponse_SignalsReceived:
			if received += len(event.SignalsReceived.GetSignals()); received == 1+candidates {
				_, err = p.signaling.ReportOutcome(ctx, &signalingv1.ReportOutcomeRequest{
					PeerId: peer, Outcome: &signalingv1.ReportOutcomeRequest_Connected{Connected: &signalingv1.Connected{}},
				})
			}
		case *signalingv1.JoinRoomResponse_PairConfirmed:
			return nil
		case *signalingv1.JoinRoomResponse_RoomClosed:
			return fmt.Errorf("room closed: %s", event.RoomClosed.GetReason())
		}
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("not confirmed: %w", stream.Err())
}

// send sends all this side has to say.
func (p person) send(ctx context.Context, peer string) error {
	description := &signalingv1.Signal{ConnectionId: "1", Epoch: 1, Payload: &signalingv1.Signal_Description{
		Description: &signalingv1.SessionDescription{
			Type: signalingv1.SessionDescription_TYPE_OFFER, Sdp: "v=0\r\n" + strings.Repeat("a=x\r\n", sizeOfDescription/5),
		},
	}}
	var rest []*signalingv1.Signal
	for i := range candidates {
		rest = append(rest, &signalingv1.Signal{ConnectionId: "1", Epoch: 1, Payload: &signalingv1.Signal_Candidate{
			Candidate: &signalingv1.IceCandidate{
				Candidate: fmt.Sprintf("candidate:%d 1 udp 2130706431 192.0.2.%d 50000 typ host", i, i+1),
			},
		}})
	}
	if _, err := p.signaling.SendSignals(ctx, &signalingv1.SendSignalsRequest{
		ToPeerId: peer, FirstSeq: 1, Signals: []*signalingv1.Signal{description},
	}); err != nil {
		return err
	}
	_, err := p.signaling.SendSignals(ctx, &signalingv1.SendSignalsRequest{ToPeerId: peer, FirstSeq: 2, Signals: rest})
	return err
}

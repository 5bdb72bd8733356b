// Package people brings two people together as far as the servers see it, for
// programs that measure servers.
package people

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
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

// A Person speaks to the services, through one node for each.
type Person struct {
	Matchmaking matchmakingv1connect.MatchmakingServiceClient
	Signaling   signalingv1connect.SignalingServiceClient
}

// New returns a person who calls through client. The URLs are those of the
// nodes.
func New(client connect.HTTPClient, matchmaking, signaling string, options ...connect.ClientOption) Person {
	return Person{
		Matchmaking: matchmakingv1connect.NewMatchmakingServiceClient(client, matchmaking, options...),
		Signaling:   signalingv1connect.NewSignalingServiceClient(client, signaling, options...),
	}
}

// Meet lets two people find each other in a pool that nobody else uses, and
// negotiate, as far as the servers see: until both have heard that they are
// connected. It returns what each was told of the match. If one of them fails,
// the other does not wait.
func Meet(ctx context.Context, pool string, two [2]Person) (matches [2]*matchmakingv1.Matched, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		both sync.WaitGroup
		errs [2]error
	)
	for i, p := range two {
		both.Go(func() {
			if matches[i], errs[i] = p.meet(ctx, pool); errs[i] != nil {
				cancel()
			}
		})
	}
	both.Wait()
	return matches, errors.Join(errs[:]...)
}

func (p Person) meet(ctx context.Context, pool string) (*matchmakingv1.Matched, error) {
	ctx, cancel := context.WithCancel(ctx) // ends the streams
	defer cancel()
	match, err := p.Find(ctx, pool)
	if err != nil {
		return nil, fmt.Errorf("find: %w", err)
	}
	if err := p.negotiate(ctx, match); err != nil {
		return nil, fmt.Errorf("negotiate: %w", err)
	}
	return match, nil
}

// Find waits in a pool until somebody comes.
func (p Person) Find(ctx context.Context, pool string) (*matchmakingv1.Matched, error) {
	stream, err := p.Matchmaking.FindMatch(ctx, &matchmakingv1.FindMatchRequest{
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

// In returns a context whose calls of Signaling are for the room of a match.
func In(ctx context.Context, match *matchmakingv1.Matched) context.Context {
	ctx, call := connect.NewClientContext(ctx)
	call.RequestHeader().Set("Authorization", "Bearer "+match.GetRoomToken())
	return ctx
}

// Leave says that this person leaves the room of a match.
func (p Person) Leave(ctx context.Context, match *matchmakingv1.Matched) error {
	if _, err := p.Signaling.LeaveRoom(In(ctx, match), &signalingv1.LeaveRoomRequest{}); err != nil {
		return fmt.Errorf("leave: %w", err)
	}
	return nil
}

func (p Person) negotiate(ctx context.Context, match *matchmakingv1.Matched) error {
	ctx = In(ctx, match)
	stream, err := p.Signaling.JoinRoom(ctx, &signalingv1.JoinRoomRequest{})
	if err != nil {
		return err
	}
	defer stream.Close() //nolint:errcheck // the pair is confirmed
	peer, received := "", 0
	for stream.Receive() {
		switch event := stream.Msg().GetEvent().(type) {
		case *signalingv1.JoinRoomResponse_Welcome:
			other := event.Welcome.GetPeers()[0]
			peer = other.GetPeerId()
			err = p.send(ctx, peer, other.GetMyRole())
		case *signalingv1.JoinRoomResponse_SignalsReceived:
			if received += len(event.SignalsReceived.GetSignals()); received == 1+candidates {
				_, err = p.Signaling.ReportOutcome(ctx, &signalingv1.ReportOutcomeRequest{
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
func (p Person) send(ctx context.Context, peer string, role signalingv1.Role) error {
	kind := signalingv1.SessionDescription_TYPE_OFFER
	if role == signalingv1.Role_ROLE_ANSWERER {
		kind = signalingv1.SessionDescription_TYPE_ANSWER
	}
	description := &signalingv1.Signal{ConnectionId: "1", Epoch: 1, Payload: &signalingv1.Signal_Description{
		Description: &signalingv1.SessionDescription{
			Type: kind, Sdp: "v=0\r\n" + strings.Repeat("a=x\r\n", sizeOfDescription/5),
		},
	}}
	var rest []*signalingv1.Signal
	for i := range candidates {
		rest = append(rest, Candidate(i))
	}
	if _, err := p.Signaling.SendSignals(ctx, &signalingv1.SendSignalsRequest{
		ToPeerId: peer, FirstSeq: 1, Signals: []*signalingv1.Signal{description},
	}); err != nil {
		return err
	}
	_, err := p.Signaling.SendSignals(ctx, &signalingv1.SendSignalsRequest{ToPeerId: peer, FirstSeq: 2, Signals: rest})
	return err
}

// Candidate returns a candidate of nobody's.
func Candidate(number int) *signalingv1.Signal {
	return &signalingv1.Signal{ConnectionId: "1", Epoch: 1, Payload: &signalingv1.Signal_Candidate{
		Candidate: &signalingv1.IceCandidate{
			Candidate: fmt.Sprintf("candidate:%d 1 udp 2130706431 192.0.2.%d 50000 typ host", number, number+1),
		},
	}}
}

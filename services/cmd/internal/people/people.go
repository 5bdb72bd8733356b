// Package people brings two people together as far as the servers see it, for
// programs that measure servers.
package people

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"sync"

	"connectrpc.com/connect"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
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

// A Way is how people meet: what one of the two does, from the search in a pool
// until it hears that the pair is confirmed. It returns what the person was told
// of the match.
type Way func(ctx context.Context, p Person, channel Channel, pool string) (*matchmakingv1.Matched, error)

// Ways are the ways to meet that the server offers, by name.
var Ways = map[string]Way{"old": StepByStep, "new": OneExchange}

// A Channel stands for one end of the data channel between two people.
type Channel struct {
	Send    chan<- []byte
	Receive <-chan []byte
}

// channels returns both ends of a channel with room for one message each way.
func channels() (ends [2]Channel) {
	there, back := make(chan []byte, 1), make(chan []byte, 1)
	return [2]Channel{{there, back}, {back, there}}
}

// Meet lets two people find each other in a pool that nobody else uses, and
// negotiate, as far as the servers see: until both have heard that they are
// connected. It returns what each was told of the match. If one of them fails,
// the other does not wait.
func Meet(ctx context.Context, way Way, pool string, two [2]Person) (matches [2]*matchmakingv1.Matched, err error) {
	ctx, cancel := context.WithCancel(ctx) // ends the streams
	defer cancel()
	var (
		both sync.WaitGroup
		errs [2]error
	)
	ends := channels()
	for i, p := range two {
		both.Go(func() {
			if matches[i], errs[i] = way(ctx, p, ends[i], pool); errs[i] != nil {
				cancel()
			}
		})
	}
	both.Wait()
	return matches, errors.Join(errs[:]...)
}

// Find waits in a pool until somebody comes. It reads the stream to its end, so
// that its connection can be used again.
func (p Person) Find(ctx context.Context, pool string) (*matchmakingv1.Matched, error) {
	return p.find(ctx, pool, nil)
}

func (p Person) find(ctx context.Context, pool string, introduction []byte) (*matchmakingv1.Matched, error) {
	stream, err := p.Matchmaking.FindMatch(ctx, &matchmakingv1.FindMatchRequest{
		RequestId: crand.Text(), ClientId: crand.Text(), Pool: pool, Introduction: introduction,
	})
	if err != nil {
		return nil, err
	}
	defer stream.Close() //nolint:errcheck // it has ended
	var match *matchmakingv1.Matched
	for stream.Receive() {
		if event := stream.Msg().GetMatched(); event != nil {
			match = event
		}
	}
	if match == nil {
		return nil, fmt.Errorf("no match: %w", stream.Err())
	}
	return match, nil
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

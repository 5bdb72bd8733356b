package server_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// slowParking is an engine that takes its time to let a ticket go.
type slowParking struct {
	matchmaking.Engine
	closing, closed chan struct{}
}

func (s slowParking) Attach(ctx context.Context, arrival matchmaking.Arrival) (matchmaking.Watch, error) {
	watch, err := s.Engine.Attach(ctx, arrival)
	return slowWatch{watch, s}, err
}

type slowWatch struct {
	matchmaking.Watch
	slowParking
}

// Close implements matchmaking.Watch.
func (w slowWatch) Close() {
	select {
	case w.closing <- struct{}{}:
	default:
	}
	<-w.closed
	w.Watch.Close()
}

// TestADetachedTicketIsParked ends a stream whose ticket goes on: when the client
// hears of it, nobody is matched with the ticket any more.
func TestADetachedTicketIsParked(t *testing.T) {
	t.Parallel()
	engine := slowParking{matchmakingmem.New(matchmakingmem.Config{}), make(chan struct{}, 1), make(chan struct{})}
	url := listen(t, newServer(t, server.Config{Matchmaking: engine}), false).URL
	stream := findMatch(t, matchmakingv1connect.NewMatchmakingServiceClient(h2c(t), url), &matchmakingv1.FindMatchRequest{
		RequestId: rand.Text(), MaxStream: durationpb.New(10 * time.Millisecond),
	})
	receive(t, stream)
	told := make(chan struct{})
	go func() {
		defer close(told)
		if receive(t, stream).GetDetached().GetReason() != matchmakingv1.Detached_REASON_ROTATE {
			t.Errorf("told %v, want detached", stream.Msg())
		}
	}()
	<-engine.closing
	select {
	case <-told:
		t.Error("the client is told before the ticket is let go")
	case <-time.After(100 * time.Millisecond):
	}
	close(engine.closed)
	<-told
}

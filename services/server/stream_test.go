package server_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
)

// inBubble runs a test with a clock of its own, over HTTP/1.1 and HTTP/2.
func inBubble(t *testing.T, body func(t *testing.T, s *server.Server, client *http.Client)) {
	t.Helper()
	for name, http2 := range map[string]bool{"HTTP 1.1": false, "HTTP 2": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, server.Config{})
				body(t, s, servertest.Client(t, s.HTTPServer(), http2))
			})
		})
	}
}

// TestHeartbeats watches a quiet stream for its whole life: it must never be
// silent for 25 seconds, must end by rotation, and the ticket must go on.
func TestHeartbeats(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *server.Server, client *http.Client) {
		finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory")
		request := &matchmakingv1.FindMatchRequest{RequestId: rand.Text()}
		stream := findMatch(t, finding, request)
		began := time.Now()
		last, beats := began, 0
		for stream.Receive() {
			if silent := time.Since(last); silent > 13*time.Second {
				t.Fatalf("silent for %v", silent)
			}
			last = time.Now()
			if beat := stream.Msg().GetHeartbeat(); beat != nil {
				beats++
				if beat.GetWaiting() != 1 {
					t.Fatalf("%d wait, want 1", beat.GetWaiting())
				}
			}
			if stream.Msg().GetDetached() != nil {
				break
			}
			if time.Since(began) > 25*time.Minute {
				break // max_wait would be next
			}
		}
		if stream.Err() != nil || beats < 100 {
			t.Errorf("%d heartbeats in %v, error %v", beats, time.Since(began), stream.Err())
		}
	})
}

// storeAway is an engine whose store can be made unreachable.
type storeAway struct {
	*matchmakingmem.Engine
	from time.Time
}

func (e storeAway) Pool(ctx context.Context, name string) (matchmaking.Pool, error) {
	if time.Now().After(e.from) {
		return matchmaking.Pool{}, fmt.Errorf("pool: %w", matchmaking.ErrUnavailable)
	}
	return e.Engine.Pool(ctx, name)
}

// TestHeartbeatsWithoutTheStore stops the store while somebody waits. The stream
// must go on, with the last known count.
func TestHeartbeatsWithoutTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, server.Config{Matchmaking: storeAway{matchmakingmem.New(matchmakingmem.Config{}), time.Now().Add(15 * time.Second)}})
		client := servertest.Client(t, s.HTTPServer(), true)
		finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory")
		stream := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
		receive(t, stream)
		for began := time.Now(); time.Since(began) < time.Minute; {
			if beat := receive(t, stream).GetHeartbeat(); beat.GetWaiting() != 1 {
				t.Errorf("after %v: heartbeat %v, want one who waits", time.Since(began), beat)
			}
		}
	})
}

func TestRotation(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *server.Server, client *http.Client) {
		finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory")
		request := &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), MaxStream: durationpb.New(2 * time.Second)}
		for attempt := range uint32(3) {
			request.Attempt = attempt
			began := time.Now()
			stream := findMatch(t, finding, request)
			if queued := receive(t, stream).GetQueued(); queued.GetPlaceKept() != (attempt > 0) {
				t.Errorf("attempt %d: queued %v", attempt, queued)
			}
			if got := receive(t, stream).GetDetached().GetReason(); got != matchmakingv1.Detached_REASON_ROTATE {
				t.Errorf("detached for %v, want rotate", got)
			}
			if stream.Receive() || stream.Err() != nil || time.Since(began) != 2*time.Second {
				t.Errorf("after %v: %v, error %v, want the end", time.Since(began), stream.Msg(), stream.Err())
			}
		}
	})
}

func TestDrain(t *testing.T) {
	inBubble(t, func(t *testing.T, s *server.Server, client *http.Client) {
		finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory")
		rooms := signalingv1connect.NewSignalingServiceClient(client, "http://memory")
		a, _ := pair(t, finding)
		waiting := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
		receive(t, waiting)
		joined := joinRoom(t, rooms, a.GetRoomToken())
		cursor := receive(t, joined).GetCursor()
		s.Drain()
		if got := receive(t, waiting).GetDetached().GetReason(); got != matchmakingv1.Detached_REASON_DRAINING {
			t.Errorf("waiting: detached for %v, want draining", got)
		}
		last := receive(t, joined)
		if last.GetDetached().GetReason() != signalingv1.Detached_REASON_DRAINING || last.GetCursor() != cursor {
			t.Errorf("joined: %v, want draining at %s", last, cursor)
		}
		late := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
		for receive(t, late).GetDetached().GetReason() != matchmakingv1.Detached_REASON_DRAINING {
		}
	})
}

// TestGoneClient breaks a stream without CancelMatch: its ticket must not be
// paired.
func TestGoneClient(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *server.Server, client *http.Client) {
		finding := matchmakingv1connect.NewMatchmakingServiceClient(client, "http://memory")
		gone := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
		receive(t, gone)
		client.CloseIdleConnections()
		gone.Close() //nolint:errcheck // it is meant to break
		synctest.Wait()
		next := findMatch(t, finding, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
		if got := receive(t, next); got.GetQueued().GetWaiting() != 1 {
			t.Errorf("got %v, want to wait alone", got)
		}
	})
}

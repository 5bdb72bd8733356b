package matchmakingtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

var wakeCases = []testCase{
	{"Wake ends a wait, and no event is lost", func(t *testing.T, s Subject) {
		watch := wait(t, s, Arrival(t, "a"))
		woken := make(chan error, 1)
		go func() {
			_, err := watch.Next(t.Context())
			woken <- err
		}()
		watch.Wake()
		if err := <-woken; !errors.Is(err, matchmaking.ErrWoken) {
			t.Fatalf("woken: %v, want %v", err, matchmaking.ErrWoken)
		}
		attach(t, s, Arrival(t, "b"))
		next[matchmaking.Matched](t, watch)
	}},
	{"Wake counts once for the next wait", func(t *testing.T, s Subject) {
		watch := wait(t, s, Arrival(t, "a"))
		for range 10 {
			watch.Wake()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if event, err := watch.Next(ctx); !errors.Is(err, matchmaking.ErrWoken) {
			t.Fatalf("woken before: %v, %v, want %v", event, err, matchmaking.ErrWoken)
		}
		quiet(t, watch)
	}},
	{"Wake changes nothing after the last event", func(t *testing.T, s Subject) {
		watch := wait(t, s, Arrival(t, "a"))
		attach(t, s, Arrival(t, "b"))
		next[matchmaking.Matched](t, watch)
		for range 10 {
			watch.Wake()
		}
		watch.Close()
		watch.Wake()
	}},
}

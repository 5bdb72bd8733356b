package signalingtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

var wakeCases = []testCase{
	{"Wake ends a wait, and no event is lost", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		woken := make(chan error, 1)
		go func() {
			_, err := in.Next(t.Context())
			woken <- err
		}()
		in.Wake()
		if err := <-woken; !errors.Is(err, signaling.ErrWoken) {
			t.Fatalf("woken: %v, want %v", err, signaling.ErrWoken)
		}
		enter(t, s, passes[1])
		next[signaling.PeerJoined](t, in)
	}},
	{"Wake counts once for the next wait", func(t *testing.T, s Subject) {
		in := enter(t, s, s.passes(2)[0])
		for range 10 {
			in.Wake()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if event, err := in.Next(ctx); !errors.Is(err, signaling.ErrWoken) {
			t.Fatalf("woken before: %v, %v, want %v", event, err, signaling.ErrWoken)
		}
		quiet(t, in)
	}},
}

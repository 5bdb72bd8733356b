package matchmakingtest

import (
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

var poolCases = []testCase{
	{"waiting counts those who can be matched", func(t *testing.T, s Subject) {
		if got := poolOf(t, s).Waiting; got != 0 {
			t.Errorf("%d wait in a pool nobody uses", got)
		}
		watch := attach(t, s, Arrival(t, "a"))
		if got := next[matchmaking.Queued](t, watch).Pool.Waiting; got != 1 {
			t.Errorf("queued as one of %d, want 1", got)
		}
		if got := poolOf(t, s).Waiting; got != 1 {
			t.Errorf("%d wait, want 1", got)
		}
		watch.Close()
		if got := poolOf(t, s).Waiting; got != 0 {
			t.Errorf("%d wait, want none: the ticket is parked", got)
		}
	}},
	{"the median wait is that of the tickets matched lately", func(t *testing.T, s Subject) {
		for i, waited := range []time.Duration{time.Second, 20 * time.Second, 3 * time.Second} {
			wait(t, s, Arrival(t, string(rune('a'+i))))
			s.Advance(waited)
			attach(t, s, Arrival(t, string(rune('A'+i))))
		}
		// Of each pair one did not wait at all: 0 0 0 1 3 20.
		if got := poolOf(t, s).MedianWait; got < time.Second-tick || got > time.Second+tick {
			t.Errorf("median wait %v, want 1s", got)
		}
		s.Advance(matchmaking.RecentWaits + time.Second)
		if got := poolOf(t, s).MedianWait; got != 0 {
			t.Errorf("median wait %v, want none any more", got)
		}
	}},
}

func poolOf(t *testing.T, s Subject) matchmaking.Pool {
	t.Helper()
	pool, err := s.Engine.Pool(t.Context(), matchmaking.DefaultPool)
	if err != nil {
		t.Fatalf("pool: %v", err)
	}
	return pool
}

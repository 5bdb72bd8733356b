package matchmakingtest

import (
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// avoiding returns an arrival that never meets some.
func avoiding(t *testing.T, name string, others ...string) matchmaking.Arrival {
	return grouped(t, name, matchmaking.DefaultGroupSize, others...)
}

// wary returns an arrival that met some recently.
func wary(t *testing.T, name string, others ...string) matchmaking.Arrival {
	return arrivalWith(t, name, func(a *matchmaking.Arrival) {
		for _, other := range others {
			a.Recent = append(a.Recent, pseudonymOf(other))
		}
	})
}

var avoidCases = []testCase{
	{"who arrives avoids who waits", func(t *testing.T, s Subject) {
		first := wait(t, s, Arrival(t, "a"))
		second := wait(t, s, avoiding(t, "b", "a"))
		s.Advance(2 * matchmaking.WidenAfter)
		quiet(t, first)
		quiet(t, second)
		meet(t, first, attach(t, s, Arrival(t, "c")))
		meet(t, second, attach(t, s, Arrival(t, "d")))
	}},
	{"who waits avoids who arrives", func(t *testing.T, s Subject) {
		first := wait(t, s, avoiding(t, "a", "x", "b"))
		second := wait(t, s, Arrival(t, "b"))
		s.Advance(2 * matchmaking.WidenAfter)
		quiet(t, first)
		quiet(t, second)
	}},
	{"people met recently are not met at once, either way", func(t *testing.T, s Subject) {
		first := wait(t, s, wary(t, "a", "b"))
		second := wait(t, s, Arrival(t, "b"))
		third := wait(t, s, wary(t, "c", "a", "b"))
		quiet(t, first)
		quiet(t, second)
		quiet(t, third)
	}},
	{"people met recently are met again when widened", func(t *testing.T, s Subject) {
		first := wait(t, s, wary(t, "a", "b"))
		second := wait(t, s, Arrival(t, "b"))
		s.Advance(matchmaking.WidenAfter + tick)
		if got := next[matchmaking.Widened](t, first); !got.RecentDropped || got.Any {
			t.Errorf("widened %+v, want recent dropped alone", got)
		}
		meet(t, first, second)
	}},
	{"both must have widened", func(t *testing.T, s Subject) {
		first := wait(t, s, wary(t, "a", "b"))
		s.Advance(matchmaking.WidenAfter - time.Second)
		second := wait(t, s, wary(t, "b", "a"))
		s.Advance(2 * time.Second)
		next[matchmaking.Widened](t, first)
		quiet(t, first)
		s.Advance(matchmaking.WidenAfter)
		next[matchmaking.Widened](t, second)
		meet(t, first, second)
	}},
}

package matchmakingtest

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

var widenCases = []testCase{
	{"everybody is met after a while", func(t *testing.T, s Subject) {
		a := wait(t, s, interested(t, "a", "go"))
		anybody := wait(t, s, Arrival(t, "b"))
		s.Advance(matchmaking.WidenAfter - tick)
		quiet(t, a)
		s.Advance(2 * tick)
		if got := next[matchmaking.Widened](t, a); got.RecentDropped || !got.Any {
			t.Errorf("widened %+v, want any alone", got)
		}
		for _, match := range meet(t, a, anybody) {
			if match.Interest != "" {
				t.Errorf("interest %q, want none", match.Interest)
			}
		}
	}},
	{"a widened ticket is found by who comes later", func(t *testing.T, s Subject) {
		a := wait(t, s, interested(t, "a", "go"))
		s.Advance(matchmaking.WidenAfter + tick)
		next[matchmaking.Widened](t, a)
		meet(t, a, attach(t, s, Arrival(t, "b")))
	}},
	{"nothing to widen is nothing to tell", func(t *testing.T, s Subject) {
		plain, only := wait(t, s, grouped(t, "a", 3)), wait(t, s, devoted(t, "b", "go"))
		s.Advance(2 * matchmaking.WidenAfter)
		quiet(t, plain)
		quiet(t, only)
	}},
	{"interests only drops recent alone", func(t *testing.T, s Subject) {
		arrival := devoted(t, "a", "go")
		arrival.Recent = []string{pseudonymOf("b")}
		watch := wait(t, s, arrival)
		s.Advance(matchmaking.WidenAfter + tick)
		if got := next[matchmaking.Widened](t, watch); !got.RecentDropped || got.Any {
			t.Errorf("widened %+v, want recent dropped alone", got)
		}
	}},
	{"every later stream is told", func(t *testing.T, s Subject) {
		arrival := interested(t, "a", "go")
		wait(t, s, arrival)
		s.Advance(matchmaking.WidenAfter + tick)
		for range 2 {
			again := wait(t, s, arrival)
			if got := next[matchmaking.Widened](t, again); !got.Any {
				t.Errorf("widened %+v, want any", got)
			}
			quiet(t, again)
		}
	}},
	{"the clock goes on without a stream", func(t *testing.T, s Subject) {
		arrival := interested(t, "a", "go")
		watch := wait(t, s, arrival)
		s.Advance(matchmaking.ShortStream + tick)
		watch.Close()
		s.Advance(matchmaking.WidenAfter)
		again := wait(t, s, arrival)
		next[matchmaking.Widened](t, again)
		meet(t, again, attach(t, s, Arrival(t, "b")))
	}},
	{"who comes back widened looks at everybody", func(t *testing.T, s Subject) {
		arrival := interested(t, "a", "go")
		watch := wait(t, s, arrival)
		s.Advance(matchmaking.ShortStream + tick)
		watch.Close()
		anybody := wait(t, s, Arrival(t, "b"))
		s.Advance(matchmaking.WidenAfter)
		meet(t, attach(t, s, arrival), anybody)
	}},
}

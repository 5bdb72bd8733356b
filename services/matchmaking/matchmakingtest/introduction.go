package matchmakingtest

import (
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// introduced returns an arrival with an introduction.
func introduced(t *testing.T, name, introduction string) matchmaking.Arrival {
	t.Helper()
	return arrivalWith(t, name, func(a *matchmaking.Arrival) { a.Introduction = introduction })
}

// checkIntroductions fails unless the members of a room have these.
func checkIntroductions(t *testing.T, matches []matchmaking.Match, want ...string) {
	t.Helper()
	for _, match := range matches {
		for slot, member := range match.Members {
			if member.Introduction != want[slot] {
				t.Errorf("slot %d sees %.20q of slot %d, want %.20q", match.Slot, member.Introduction, slot, want[slot])
			}
		}
	}
}

var introductionCases = []testCase{
	{"each gets the introduction of the other, whatever its bytes", func(t *testing.T, s Subject) {
		bytes := "a|b,c:\x00\xff\n" + strings.Repeat("|", matchmaking.MaxIntroduction-9)
		first := wait(t, s, introduced(t, "a", bytes))
		checkIntroductions(t, meet(t, first, attach(t, s, introduced(t, "b", "|"))), bytes, "|")
	}},
	{"one who brings none gets the other's", func(t *testing.T, s Subject) {
		first := wait(t, s, Arrival(t, "a"))
		checkIntroductions(t, meet(t, first, attach(t, s, introduced(t, "b", "of b"))), "", "of b")
	}},
	{"the last stream's introduction counts", func(t *testing.T, s Subject) {
		arrival := introduced(t, "a", "first")
		wait(t, s, arrival)
		arrival.Introduction = "second"
		second := wait(t, s, arrival)
		checkIntroductions(t, meet(t, second, attach(t, s, Arrival(t, "b"))), "second", "")
	}},
	{"coming back without an introduction takes it away", func(t *testing.T, s Subject) {
		arrival := introduced(t, "a", "first")
		wait(t, s, arrival).Close()
		arrival.Introduction = ""
		back := wait(t, s, arrival)
		checkIntroductions(t, meet(t, back, attach(t, s, Arrival(t, "b"))), "", "")
	}},
	{"a lower attempt does not change the introduction", func(t *testing.T, s Subject) {
		arrival := introduced(t, "a", "of attempt 1")
		arrival.Attempt = 1
		current := wait(t, s, arrival)
		arrival.Attempt, arrival.Introduction = 0, "of attempt 0"
		next[matchmaking.Detached](t, attach(t, s, arrival))
		checkIntroductions(t, meet(t, current, attach(t, s, Arrival(t, "b"))), "of attempt 1", "")
	}},
	{"a repeated match has the introduction of then", func(t *testing.T, s Subject) {
		arrival := introduced(t, "a", "then")
		meet(t, wait(t, s, arrival), attach(t, s, introduced(t, "b", "of b")))
		arrival.Introduction = "now"
		again := next[matchmaking.Matched](t, attach(t, s, arrival)).Match
		checkIntroductions(t, []matchmaking.Match{again}, "then", "of b")
		outcome, err := s.Engine.Cancel(t.Context(), arrival.Pool, arrival.RequestID, "")
		if err != nil || outcome.Match == nil {
			t.Fatalf("cancel: %+v, %v, want the match", outcome, err)
		}
		checkIntroductions(t, []matchmaking.Match{*outcome.Match}, "then", "of b")
	}},
}

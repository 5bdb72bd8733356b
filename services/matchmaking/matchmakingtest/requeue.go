package matchmakingtest

import (
	"errors"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// claimed returns an arrival of the same person with a claim from its match.
func claimed(t *testing.T, name, person string, match matchmaking.Match) matchmaking.Arrival {
	return arrivalWith(t, name, func(a *matchmaking.Arrival) {
		a.Pseudonym, a.Requeue = pseudonymOf(person), claimOf(match)
	})
}

// part matches two persons and returns how the first sees it.
func part(t *testing.T, s Subject, first, second string) matchmaking.Match {
	t.Helper()
	return meet(t, wait(t, s, Arrival(t, first)), attach(t, s, Arrival(t, second)))[0]
}

var requeueCases = []testCase{
	{"an innocent is the first again", func(t *testing.T, s Subject) {
		match := part(t, s, "a", "b")
		s.Advance(time.Second)
		other := wait(t, s, avoiding(t, "other", "a"))
		watch := attach(t, s, claimed(t, "again", "a", match))
		if !next[matchmaking.Queued](t, watch).PlaceKept {
			t.Error("place not kept")
		}
		got := meet(t, watch, attach(t, s, Arrival(t, "c")))
		if got[0].Place != match.Place || !got[0].Since.Equal(match.Since) || got[0].Requeues != 1 {
			t.Errorf("place %d since %v, %d requeues, want %d since %v, 1",
				got[0].Place, got[0].Since, got[0].Requeues, match.Place, match.Since)
		}
		if got[1].Requeues != 0 {
			t.Errorf("%d requeues of who came for the first time", got[1].Requeues)
		}
		quiet(t, other)
	}},
	{"the same pair is made again, but not at once", func(t *testing.T, s Subject) {
		match := part(t, s, "a", "b")
		s.Advance(2 * matchmaking.WidenAfter) // the clock is that of the new ticket
		back := wait(t, s, arrivalWith(t, "back", func(a *matchmaking.Arrival) { a.Pseudonym = pseudonymOf("b") }))
		again := wait(t, s, claimed(t, "again", "a", match))
		s.Advance(matchmaking.WidenAfter - tick)
		quiet(t, back)
		quiet(t, again)
		s.Advance(2 * tick)
		meet(t, again, back)
	}},
	{"who comes later is accepted by who was requeued long ago", func(t *testing.T, s Subject) {
		match := part(t, s, "a", "b")
		again := wait(t, s, claimed(t, "again", "a", match))
		s.Advance(matchmaking.WidenAfter + tick)
		quiet(t, again)
		meet(t, again, attach(t, s, arrivalWith(t, "back", func(a *matchmaking.Arrival) { a.Pseudonym = pseudonymOf("b") })))
	}},
	{"both must have been requeued long enough", func(t *testing.T, s Subject) {
		matches := meet(t, wait(t, s, Arrival(t, "a")), attach(t, s, Arrival(t, "b")))
		first := wait(t, s, claimed(t, "first", "a", matches[0]))
		s.Advance(2 * time.Second)
		second := wait(t, s, claimed(t, "second", "b", matches[1]))
		s.Advance(matchmaking.WidenAfter - 2*tick)
		quiet(t, first)
		quiet(t, second)
		s.Advance(3 * tick)
		meet(t, first, second)
	}},
	{"who was requeued while parked accepts the same person", func(t *testing.T, s Subject) {
		match := part(t, s, "a", "b")
		arrival := claimed(t, "again", "a", match)
		watch := wait(t, s, arrival)
		s.Advance(matchmaking.ShortStream + tick)
		watch.Close()
		back := wait(t, s, arrivalWith(t, "back", func(a *matchmaking.Arrival) { a.Pseudonym = pseudonymOf("b") }))
		s.Advance(matchmaking.WidenAfter)
		quiet(t, back)
		meet(t, attach(t, s, arrival), back)
	}},
	{"people who are blocked stay blocked", func(t *testing.T, s Subject) {
		match := part(t, s, "a", "b")
		arrival := claimed(t, "again", "a", match)
		arrival.Avoid = []string{pseudonymOf("b")}
		again := wait(t, s, arrival)
		back := wait(t, s, arrivalWith(t, "back", func(a *matchmaking.Arrival) { a.Pseudonym = pseudonymOf("b") }))
		s.Advance(4 * matchmaking.WidenAfter)
		quiet(t, back)
		quiet(t, again)
	}},
	{"the first request owns a claim", func(t *testing.T, s Subject) {
		match := part(t, s, "a", "b")
		first := claimed(t, "first", "a", match)
		wait(t, s, first)
		second := attach(t, s, claimed(t, "second", "a", match))
		if next[matchmaking.Queued](t, second).PlaceKept {
			t.Error("place kept by a claim that is not its own")
		}
		got := meet(t, second, attach(t, s, Arrival(t, "c")))[0]
		if got.Place == match.Place || got.Requeues != 0 {
			t.Errorf("place %d, %d requeues, want a plain arrival", got.Place, got.Requeues)
		}
	}},
	{"the widening clock is that of before", func(t *testing.T, s Subject) {
		a := wait(t, s, interested(t, "a", "go"))
		s.Advance(matchmaking.WidenAfter - time.Second)
		match := meet(t, a, attach(t, s, interested(t, "b", "go")))[0]
		again := claimed(t, "again", "a", match)
		again.Interests = []string{"go"}
		watch := wait(t, s, again)
		quiet(t, watch)
		s.Advance(time.Second)
		next[matchmaking.Widened](t, watch)
	}},
	{"who was widened is so again", func(t *testing.T, s Subject) {
		a := wait(t, s, interested(t, "a", "go"))
		s.Advance(matchmaking.WidenAfter + tick)
		next[matchmaking.Widened](t, a)
		again := claimed(t, "again", "a", meet(t, a, attach(t, s, Arrival(t, "b")))[0])
		again.Interests = []string{"go"}
		next[matchmaking.Widened](t, wait(t, s, again))
	}},
	{"the longest wait is that of the arrival itself", func(t *testing.T, s Subject) {
		a := wait(t, s, Arrival(t, "a"))
		s.Advance(20 * time.Second)
		again := claimed(t, "again", "a", meet(t, a, attach(t, s, Arrival(t, "b")))[0])
		again.MaxWait = 30 * time.Second
		watch := wait(t, s, again)
		s.Advance(30*time.Second - tick)
		quiet(t, watch)
		s.Advance(tick)
		next[matchmaking.Ended](t, watch)
	}},
	{"a claim lapses, but not for who came in time", func(t *testing.T, s Subject) {
		match := part(t, s, "a", "b")
		early := claimed(t, "early", "a", match)
		wait(t, s, early)
		s.Advance(time.Minute)
		wait(t, s, early)
		late := claimed(t, "late", "a", match)
		if _, err := s.Engine.Attach(t.Context(), late); !errors.Is(err, matchmaking.ErrRequeueExpired) {
			t.Errorf("error %v, want ErrRequeueExpired", err)
		}
	}},
}

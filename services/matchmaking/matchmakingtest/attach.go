package matchmakingtest

import (
	"errors"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

var attachCases = []testCase{
	{"the first stream is not a place kept, the second is", func(t *testing.T, s Subject) {
		arrival := Arrival(t, "a")
		if next[matchmaking.Queued](t, attach(t, s, arrival)).PlaceKept {
			t.Error("first: place kept")
		}
		arrival.Attempt = 1
		if !next[matchmaking.Queued](t, attach(t, s, arrival)).PlaceKept {
			t.Error("second: place not kept")
		}
	}},
	{"a newer stream fences the older one", func(t *testing.T, s Subject) {
		arrival := Arrival(t, "a")
		older := wait(t, s, arrival)
		newer := wait(t, s, arrival)
		if got := next[matchmaking.Detached](t, older).Reason; got != matchmaking.DetachedFenced {
			t.Errorf("reason %v, want fenced", got)
		}
		older.Close()
		attach(t, s, Arrival(t, "b"))
		next[matchmaking.Matched](t, newer)
	}},
	{"a lower attempt changes nothing", func(t *testing.T, s Subject) {
		arrival := Arrival(t, "a")
		arrival.Attempt = 2
		current := wait(t, s, arrival)
		arrival.Attempt = 1
		stale := attach(t, s, arrival)
		if got := next[matchmaking.Detached](t, stale).Reason; got != matchmaking.DetachedStaleAttempt {
			t.Errorf("reason %v, want stale attempt", got)
		}
		stale.Close()
		attach(t, s, Arrival(t, "b"))
		next[matchmaking.Matched](t, current)
	}},
	{"a known id with other parameters is refused", func(t *testing.T, s Subject) {
		arrival := Arrival(t, "a")
		wait(t, s, arrival)
		arrival.Interests = []string{"go"}
		if _, err := s.Engine.Attach(t.Context(), arrival); !errors.Is(err, matchmaking.ErrParametersDiffer) {
			t.Errorf("error %v, want ErrParametersDiffer", err)
		}
	}},
	{"a request id names another ticket in each pool", func(t *testing.T, s Subject) {
		here, there := Arrival(t, "a"), Arrival(t, "a")
		there.Pool, there.GroupSize = "elsewhere", 3
		first, second := wait(t, s, here), wait(t, s, there)
		cancelTicket(t, s, here.RequestID)
		next[matchmaking.Ended](t, first)
		quiet(t, second)
		outcome, err := s.Engine.Cancel(t.Context(), "a third", here.RequestID, "")
		if err != nil || outcome.Reason != matchmaking.EndCancelled {
			t.Errorf("cancel in another pool: %+v, %v", outcome, err)
		}
		quiet(t, second)
	}},
	{"a client has one ticket in each pool", func(t *testing.T, s Subject) {
		elsewhere := Arrival(t, "elsewhere")
		elsewhere.Pool, elsewhere.Pseudonym = "elsewhere", pseudonymOf("a")
		other := wait(t, s, elsewhere)
		defer quiet(t, other)
		older := wait(t, s, Arrival(t, "a"))
		again := Arrival(t, "again")
		again.Pseudonym = pseudonymOf("a")
		newer := wait(t, s, again)
		if got := next[matchmaking.Ended](t, older).Reason; got != matchmaking.EndSuperseded {
			t.Errorf("reason %v, want superseded", got)
		}
		quiet(t, newer)
	}},
	{"the last event comes again for everyone who asks", func(t *testing.T, s Subject) {
		a, b := Arrival(t, "a"), Arrival(t, "b")
		first := wait(t, s, a)
		attach(t, s, b)
		want := next[matchmaking.Matched](t, first).Match
		for attempt := range uint32(3) {
			a.Attempt = attempt
			if got := next[matchmaking.Matched](t, attach(t, s, a)).Match; got.RoomID != want.RoomID || got.Slot != want.Slot {
				t.Errorf("match %v, want %v", got, want)
			}
		}
	}},
}

package matchmakingtest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// owned returns an arrival that meets nobody, charged to an owner.
func owned(t *testing.T, name, owner string) matchmaking.Arrival {
	return arrivalWith(t, name, func(a *matchmaking.Arrival) {
		a.Owner, a.Interests, a.InterestsOnly = owner, []string{name}, true
	})
}

// refuse fails unless both an arrival and a cancellation in advance exceed a
// limit.
func refuse(t *testing.T, s Subject, arrival matchmaking.Arrival) {
	t.Helper()
	if _, err := s.Engine.Attach(t.Context(), arrival); !errors.Is(err, matchmaking.ErrTooManyTickets) {
		t.Errorf("attach: %v, want ErrTooManyTickets", err)
	}
	if _, err := s.Engine.Cancel(t.Context(), arrival.Pool, arrival.RequestID, arrival.Owner); !errors.Is(err, matchmaking.ErrTooManyTickets) {
		t.Errorf("cancel: %v, want ErrTooManyTickets", err)
	}
}

var limitCases = []testCase{
	{"a ticket counts until it is forgotten", func(t *testing.T, s Subject) {
		s = s.Restart(matchmaking.Limits{MaxTickets: 1})
		a, b := owned(t, "a", ""), owned(t, "b", "")
		watch := wait(t, s, a)
		refuse(t, s, b)
		watch.Close()
		refuse(t, s, b)
		wait(t, s, a).Close()
		s.Advance(matchmaking.ShortParkedGrace + matchmaking.Retention - time.Second)
		refuse(t, s, b)
		next[matchmaking.Ended](t, attach(t, s, a))
		s.Advance(2 * time.Second)
		wait(t, s, b)
	}},
	{"a ticket that ended counts for its retention only", func(t *testing.T, s Subject) {
		s = s.Restart(matchmaking.Limits{MaxTickets: 2, MaxTicketsPerOwner: 2})
		a, b := Arrival(t, "a"), Arrival(t, "b")
		a.Owner, b.Owner = "one", "one"
		meet(t, wait(t, s, a), attach(t, s, b))
		s.Advance(matchmaking.Retention - tick)
		refuse(t, s, owned(t, "c", "one"))
		s.Advance(2 * tick)
		wait(t, s, owned(t, "c", "one"))
		wait(t, s, owned(t, "d", "one"))
	}},
	{"a pool does not count apart from the others", func(t *testing.T, s Subject) {
		s = s.Restart(matchmaking.Limits{MaxTickets: 2, MaxTicketsPerOwner: 1})
		elsewhere := owned(t, "a", "one")
		elsewhere.Pool = "elsewhere"
		wait(t, s, elsewhere)
		refuse(t, s, owned(t, "b", "one"))
		wait(t, s, owned(t, "c", "two"))
		refuse(t, s, owned(t, "d", ""))
	}},
	{"an owner has so many tickets, nobody any number", func(t *testing.T, s Subject) {
		s = s.Restart(matchmaking.Limits{MaxTicketsPerOwner: 2})
		wait(t, s, owned(t, "a", "one"))
		if _, err := s.Engine.Cancel(t.Context(), matchmaking.DefaultPool, owned(t, "b", "").RequestID, "one"); err != nil {
			t.Fatal(err)
		}
		refuse(t, s, owned(t, "c", "one"))
		wait(t, s, owned(t, "d", "another"))
		for i := range 5 {
			wait(t, s, owned(t, fmt.Sprint("nobody-", i), ""))
		}
		s.Advance(matchmaking.Retention + time.Second)
		wait(t, s, owned(t, "c", "one"))
		refuse(t, s, owned(t, "e", "one"))
	}},
	{"a ticket that is known is never refused", func(t *testing.T, s Subject) {
		s = s.Restart(matchmaking.Limits{MaxTickets: 1, MaxTicketsPerOwner: 1})
		arrival := owned(t, "a", "one")
		wait(t, s, arrival)
		arrival.Attempt = 1
		wait(t, s, arrival)
		cancelTicket(t, s, arrival.RequestID)
		next[matchmaking.Ended](t, attach(t, s, arrival))
	}},
	{"a refusal changes nothing", func(t *testing.T, s Subject) {
		s = s.Restart(matchmaking.Limits{MaxTickets: 4})
		cancelTicket(t, s, owned(t, "x", "").RequestID)
		s.Advance(matchmaking.Retention / 2)
		match := part(t, s, "a", "b")
		older := owned(t, "older", "one")
		older.Pseudonym = pseudonymOf("a")
		watch := wait(t, s, older)
		refuse(t, s, claimed(t, "refused", "a", match))
		quiet(t, watch)
		s.Advance(matchmaking.Retention/2 + tick)
		if !next[matchmaking.Queued](t, attach(t, s, claimed(t, "again", "a", match))).PlaceKept {
			t.Error("the refused arrival has redeemed the claim")
		}
		if got := next[matchmaking.Ended](t, watch).Reason; got != matchmaking.EndSuperseded {
			t.Errorf("reason %v, want superseded", got)
		}
	}},
}

package matchmakingtest

import (
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

const tick = 100 * time.Millisecond

var endCases = []testCase{
	{"cancelled", func(t *testing.T, s Subject) {
		arrival := Arrival(t, "a")
		watch := wait(t, s, arrival)
		for range 2 {
			if got := cancelTicket(t, s, arrival.RequestID); got.Match != nil || got.Reason != matchmaking.EndCancelled {
				t.Fatalf("outcome %+v, want cancelled", got)
			}
		}
		if got := next[matchmaking.Ended](t, watch).Reason; got != matchmaking.EndCancelled {
			t.Errorf("reason %v, want cancelled", got)
		}
		quiet(t, wait(t, s, Arrival(t, "b")))
	}},
	{"matched before it was cancelled", func(t *testing.T, s Subject) {
		arrival := Arrival(t, "a")
		watch := wait(t, s, arrival)
		attach(t, s, Arrival(t, "b"))
		outcome := cancelTicket(t, s, arrival.RequestID)
		if match := next[matchmaking.Matched](t, watch).Match; outcome.Match == nil || outcome.Match.RoomID != match.RoomID {
			t.Errorf("outcome %+v, want the match %+v", outcome, match)
		}
	}},
	{"cancelled before it arrived, for a minute", func(t *testing.T, s Subject) {
		arrival := Arrival(t, "a")
		cancelTicket(t, s, arrival.RequestID)
		s.Advance(matchmaking.Retention - tick)
		if got := next[matchmaking.Ended](t, attach(t, s, arrival)).Reason; got != matchmaking.EndCancelled {
			t.Errorf("reason %v, want cancelled", got)
		}
		s.Advance(2 * tick)
		wait(t, s, arrival)
	}},
	{"expired while waiting", func(t *testing.T, s Subject) {
		arrival := Arrival(t, "a")
		arrival.MaxWait = time.Minute
		watch := wait(t, s, arrival)
		s.Advance(time.Minute - tick)
		quiet(t, watch)
		s.Advance(2 * tick)
		if got := next[matchmaking.Ended](t, watch).Reason; got != matchmaking.EndExpired {
			t.Errorf("reason %v, want expired", got)
		}
	}},
	{"expired while parked", func(t *testing.T, s Subject) {
		arrival := Arrival(t, "a")
		arrival.MaxWait = time.Minute
		watch := wait(t, s, arrival)
		s.Advance(30 * time.Second)
		watch.Close()
		s.Advance(30*time.Second + tick)
		if got := cancelTicket(t, s, arrival.RequestID).Reason; got != matchmaking.EndExpired {
			t.Errorf("reason %v, want expired", got)
		}
	}},
	{"parked for its grace, then gone", func(t *testing.T, s Subject) {
		arrival := Arrival(t, "a")
		watch := wait(t, s, arrival)
		s.Advance(matchmaking.ShortStream)
		watch.Close()
		s.Advance(matchmaking.ParkedGrace - tick)
		watch = wait(t, s, arrival)
		s.Advance(matchmaking.ShortStream)
		watch.Close()
		s.Advance(matchmaking.ParkedGrace + tick)
		if got := cancelTicket(t, s, arrival.RequestID).Reason; got != matchmaking.EndClientGone {
			t.Errorf("reason %v, want client gone", got)
		}
	}},
	{"a short stream earns a short grace", func(t *testing.T, s Subject) {
		arrival := Arrival(t, "a")
		wait(t, s, arrival).Close()
		s.Advance(matchmaking.ShortParkedGrace + tick)
		if got := cancelTicket(t, s, arrival.RequestID).Reason; got != matchmaking.EndClientGone {
			t.Errorf("reason %v, want client gone", got)
		}
	}},
	{"an end is forgotten after its retention", func(t *testing.T, s Subject) {
		arrival := Arrival(t, "a")
		wait(t, s, arrival)
		cancelTicket(t, s, arrival.RequestID)
		s.Advance(matchmaking.Retention - tick)
		next[matchmaking.Ended](t, attach(t, s, arrival))
		s.Advance(2 * tick)
		if next[matchmaking.Queued](t, attach(t, s, arrival)).PlaceKept {
			t.Error("place kept by a ticket that was forgotten")
		}
	}},
}

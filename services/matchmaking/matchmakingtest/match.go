package matchmakingtest

import (
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

var matchCases = []testCase{
	{"two who wait get one room in order of arrival", func(t *testing.T, s Subject) {
		first := wait(t, s, Arrival(t, "a"))
		second := attach(t, s, Arrival(t, "b"))
		a := next[matchmaking.Matched](t, first).Match
		b := next[matchmaking.Matched](t, second).Match
		checkPair(t, a, b)
		if a.Slot != 0 || b.Slot != 1 || a.Place >= b.Place {
			t.Errorf("slots %d and %d, places %d and %d, want the earlier first", a.Slot, b.Slot, a.Place, b.Place)
		}
		if a.Members[0].Pseudonym != "pseudonym of a" || a.Members[1].Pseudonym != "pseudonym of b" {
			t.Errorf("members %v", a.Members)
		}
	}},
	{"a third waits", func(t *testing.T, s Subject) {
		wait(t, s, Arrival(t, "a"))
		attach(t, s, Arrival(t, "b"))
		quiet(t, wait(t, s, Arrival(t, "c")))
	}},
	{"pools do not mix", func(t *testing.T, s Subject) {
		first := wait(t, s, Arrival(t, "a"))
		elsewhere := Arrival(t, "b")
		elsewhere.Pool = "elsewhere"
		quiet(t, wait(t, s, elsewhere))
		quiet(t, first)
	}},
	{"a ticket without a stream is not handed to a stranger", func(t *testing.T, s Subject) {
		wait(t, s, Arrival(t, "gone")).Close()
		quiet(t, wait(t, s, Arrival(t, "b")))
	}},
	{"a place survives a break, and coming back is looking again", func(t *testing.T, s Subject) {
		early := Arrival(t, "early")
		wait(t, s, early).Close()
		late := wait(t, s, Arrival(t, "late"))
		early.Attempt++
		match := next[matchmaking.Matched](t, attach(t, s, early)).Match
		checkPair(t, match, next[matchmaking.Matched](t, late).Match)
		if match.Slot != 0 {
			t.Errorf("slot %d, want 0: the place of the first arrival", match.Slot)
		}
	}},
}

// checkPair fails unless both see the same room of two with themselves at
// their slots.
func checkPair(t *testing.T, a, b matchmaking.Match) {
	t.Helper()
	if a.RoomID == "" || a.RoomID != b.RoomID {
		t.Fatalf("rooms %q and %q, want one", a.RoomID, b.RoomID)
	}
	if len(a.Members) != 2 || len(b.Members) != 2 || a.Members[0] != b.Members[0] || a.Members[1] != b.Members[1] {
		t.Fatalf("members %v and %v, want the same two", a.Members, b.Members)
	}
	if a.Members[0].PeerID == "" || a.Members[0].PeerID == a.Members[1].PeerID {
		t.Errorf("peer ids %v, want two", a.Members)
	}
	if a.Slot == b.Slot {
		t.Errorf("both have slot %d", a.Slot)
	}
	if !a.At.Equal(b.At) || time.Since(a.At).Abs() > time.Hour {
		t.Errorf("matched at %v and %v, want one time close to now", a.At, b.At)
	}
}

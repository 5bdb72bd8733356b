package matchmakingtest

import (
	"slices"
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
		checkRoom(t, a, b)
		if a.Slot != 0 || b.Slot != 1 || a.Place >= b.Place {
			t.Errorf("slots %d and %d, places %d and %d, want the earlier first", a.Slot, b.Slot, a.Place, b.Place)
		}
		if a.Members[0].Pseudonym != pseudonymOf("a") || a.Members[1].Pseudonym != pseudonymOf("b") {
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
		checkRoom(t, match, next[matchmaking.Matched](t, late).Match)
		if match.Slot != 0 {
			t.Errorf("slot %d, want 0: the place of the first arrival", match.Slot)
		}
	}},
}

// checkRoom fails unless all see the same room of just them, each at a slot of
// its own.
func checkRoom(t *testing.T, matches ...matchmaking.Match) {
	t.Helper()
	first := matches[0]
	if first.RoomID == "" || len(first.Members) != len(matches) {
		t.Fatalf("room %q has %v, want %d members", first.RoomID, first.Members, len(matches))
	}
	if len(first.RoomID) != 22 {
		t.Errorf("room %q, want 22 characters", first.RoomID)
	}
	slots, peers := map[int]bool{}, map[string]bool{"": true}
	for _, match := range matches {
		if match.RoomID != first.RoomID || !slices.Equal(match.Members, first.Members) || !match.At.Equal(first.At) {
			t.Fatalf("matches %+v and %+v, want one room", first, match)
		}
		if peer := match.Members[match.Slot].PeerID; slots[match.Slot] || peers[peer] {
			t.Errorf("slot %d or peer id %q twice or empty", match.Slot, peer)
		} else if len(peer) != 11 || peer[:10] != match.RoomID[:10] {
			t.Errorf("peer id %q in room %q, want 10 characters of the room's and the slot", peer, match.RoomID)
		}
		slots[match.Slot], peers[match.Members[match.Slot].PeerID] = true, true
	}
	if time.Since(first.At).Abs() > time.Hour {
		t.Errorf("matched at %v, want a time close to now", first.At)
	}
}

// meet fails unless just these streams say that they are matched, in the
// order of their slots.
func meet(t *testing.T, watches ...matchmaking.Watch) []matchmaking.Match {
	t.Helper()
	var matches []matchmaking.Match
	for slot, watch := range watches {
		match := next[matchmaking.Matched](t, watch).Match
		if match.Slot != slot {
			t.Errorf("slot %d, want %d", match.Slot, slot)
		}
		matches = append(matches, match)
	}
	checkRoom(t, matches...)
	return matches
}

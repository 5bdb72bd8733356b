package matchmakingtest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// crowd is more than one turn of a walk looks at.
const crowd = matchmaking.MaxLook + 22

// strangers makes a crowd wait in which nobody meets anybody, nor the people
// named, who are fewer than ten.
func strangers(t *testing.T, s Subject, groupSize int, named ...string) {
	t.Helper()
	name := func(i int) string { return fmt.Sprintf("stranger-%d", i%crowd) }
	for i := range crowd {
		var others []string
		for ahead := 1; ahead <= crowd/2; ahead++ {
			others = append(others, name(i+ahead))
		}
		arrival := grouped(t, name(i), groupSize, slices.Concat(named, others)...)
		most := min(matchmaking.MaxAvoid, len(arrival.Avoid))
		arrival.Avoid, arrival.Recent = arrival.Avoid[:most], arrival.Avoid[most:]
		wait(t, s, arrival)
	}
}

var walkCases = []testCase{
	{"a partner behind a crowd is found in time", func(t *testing.T, s Subject) {
		strangers(t, s, 2, "a", "z")
		last := wait(t, s, Arrival(t, "z"))
		watch := attach(t, s, Arrival(t, "a"))
		s.Advance(matchmaking.WalkPause)
		next[matchmaking.Queued](t, watch)
		meet(t, last, watch)
	}},
	{"a partner who comes during the walk is found", func(t *testing.T, s Subject) {
		strangers(t, s, 2, "a", "z")
		watch := wait(t, s, Arrival(t, "a"))
		last := wait(t, s, Arrival(t, "z"))
		s.Advance(matchmaking.WalkPause)
		meet(t, watch, last)
	}},
	{"a group is of those who still wait, the ones passed over included", func(t *testing.T, s Subject) {
		first := wait(t, s, grouped(t, "first", 3))
		passedOver := wait(t, s, grouped(t, "b", 3, "first"))
		strangers(t, s, 3, "first", "a", "b", "c")
		last := wait(t, s, grouped(t, "c", 3))
		s.Advance(matchmaking.WalkPause)
		watch := wait(t, s, grouped(t, "a", 3))
		first.Close()
		s.Advance(matchmaking.WalkPause)
		meet(t, passedOver, last, watch)
	}},
	{"a walk ends with its stream", func(t *testing.T, s Subject) {
		strangers(t, s, 2, "a", "z")
		last := wait(t, s, Arrival(t, "z"))
		arrival := Arrival(t, "a")
		attach(t, s, arrival).Close()
		s.Advance(matchmaking.WalkPause)
		quiet(t, last)
		watch := wait(t, s, arrival)
		s.Advance(matchmaking.WalkPause)
		meet(t, last, watch)
	}},
}

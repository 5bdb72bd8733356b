package matchmakingtest

import (
	"fmt"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// grouped returns an arrival for a group of a size that avoids some.
func grouped(t *testing.T, name string, size int, avoided ...string) matchmaking.Arrival {
	return arrivalWith(t, name, func(a *matchmaking.Arrival) {
		a.GroupSize = size
		for _, other := range avoided {
			a.Avoid = append(a.Avoid, pseudonymOf(other))
		}
	})
}

var groupCases = []testCase{
	{"groups of each size", func(t *testing.T, s Subject) {
		for size := matchmaking.DefaultGroupSize; size <= matchmaking.MaxGroupSize; size++ {
			var watches []matchmaking.Watch
			for i := range size {
				if i == size-1 {
					quiet(t, watches[0])
				}
				arrival := grouped(t, fmt.Sprintf("%d-of-%d", i, size), size)
				if i < size-1 {
					watches = append(watches, wait(t, s, arrival))
				} else {
					watches = append(watches, attach(t, s, arrival))
				}
			}
			meet(t, watches...)
		}
	}},
	{"sizes do not mix", func(t *testing.T, s Subject) {
		two := wait(t, s, Arrival(t, "two"))
		three := wait(t, s, grouped(t, "three", 3))
		quiet(t, wait(t, s, grouped(t, "four", 4)))
		quiet(t, two)
		quiet(t, three)
	}},
	{"nobody is in a group with an avoided one", func(t *testing.T, s Subject) {
		a := wait(t, s, grouped(t, "a", 3))
		b := wait(t, s, grouped(t, "b", 3, "a"))
		c := wait(t, s, grouped(t, "c", 3))
		quiet(t, a)
		quiet(t, b)
		meet(t, a, c, attach(t, s, grouped(t, "d", 3)))
		quiet(t, b)
	}},
	{"a full group comes together in one bucket", func(t *testing.T, s Subject) {
		trio := func(name string, interests ...string) matchmaking.Watch {
			return attach(t, s, arrivalWith(t, name, func(a *matchmaking.Arrival) { a.GroupSize, a.Interests = 3, interests }))
		}
		a, b, c := trio("a", "go", "sea"), trio("b", "go"), trio("c", "sea")
		for _, watch := range []matchmaking.Watch{a, b, c} {
			next[matchmaking.Queued](t, watch)
			quiet(t, watch)
		}
		for _, match := range meet(t, a, c, trio("d", "art", "sea", "go")) {
			if match.Interest != "sea" {
				t.Errorf("interest %q, want sea", match.Interest)
			}
		}
	}},
	{"who left the queue is missing from the group", func(t *testing.T, s Subject) {
		a := wait(t, s, grouped(t, "a", 3))
		wait(t, s, grouped(t, "b", 3)).Close()
		c := wait(t, s, grouped(t, "c", 3))
		quiet(t, a)
		meet(t, a, c, attach(t, s, grouped(t, "d", 3)))
	}},
}

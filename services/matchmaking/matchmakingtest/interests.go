package matchmakingtest

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// interested returns an arrival with interests, the preferred first.
func interested(t *testing.T, name string, interests ...string) matchmaking.Arrival {
	return arrivalWith(t, name, func(a *matchmaking.Arrival) { a.Interests = interests })
}

// devoted returns one that meets nobody without a common interest.
func devoted(t *testing.T, name string, interests ...string) matchmaking.Arrival {
	return arrivalWith(t, name, func(a *matchmaking.Arrival) { a.Interests, a.InterestsOnly = interests, true })
}

var interestCases = []testCase{
	{"a common interest brings together", func(t *testing.T, s Subject) {
		art := wait(t, s, interested(t, "a", "art"))
		first := wait(t, s, interested(t, "b", "go", "sea"))
		second := attach(t, s, interested(t, "c", "tea", "sea"))
		for _, match := range meet(t, first, second) {
			if match.Interest != "sea" {
				t.Errorf("interest %q, want sea", match.Interest)
			}
		}
		quiet(t, art)
	}},
	{"the preferred interest comes before the older ticket", func(t *testing.T, s Subject) {
		older := wait(t, s, interested(t, "older", "sea"))
		younger := wait(t, s, interested(t, "younger", "go"))
		meet(t, younger, attach(t, s, interested(t, "c", "go", "sea")))
		quiet(t, older)
	}},
	{"within an interest the oldest comes first", func(t *testing.T, s Subject) {
		older := wait(t, s, devoted(t, "older", "go", "art"))
		wait(t, s, devoted(t, "younger", "sea"))
		avoided := arrivalWith(t, "youngest", func(a *matchmaking.Arrival) {
			a.Interests, a.Avoid = []string{"go"}, []string{pseudonymOf("older")}
		})
		youngest := wait(t, s, avoided)
		meet(t, older, attach(t, s, interested(t, "c", "go")))
		quiet(t, youngest)
	}},
	{"nobody is met without a common interest at first", func(t *testing.T, s Subject) {
		anybody := wait(t, s, Arrival(t, "anybody"))
		quiet(t, wait(t, s, interested(t, "a", "go")))
		quiet(t, anybody)
	}},
	{"interests only means it", func(t *testing.T, s Subject) {
		only := wait(t, s, devoted(t, "a", "go"))
		anybody := wait(t, s, Arrival(t, "b"))
		s.Advance(2 * matchmaking.WidenAfter)
		quiet(t, only)
		quiet(t, anybody)
		meet(t, only, attach(t, s, interested(t, "c", "go")))
	}},
	{"who is matched by one interest waits for no other", func(t *testing.T, s Subject) {
		meet(t, wait(t, s, interested(t, "a", "go", "sea")), attach(t, s, interested(t, "b", "go")))
		quiet(t, wait(t, s, interested(t, "c", "sea")))
	}},
}

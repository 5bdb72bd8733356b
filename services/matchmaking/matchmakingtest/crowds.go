package matchmakingtest

import (
	"fmt"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// from returns an arrival of a network.
func from(t *testing.T, network, name string) matchmaking.Arrival {
	return arrivalWith(t, name, func(a *matchmaking.Arrival) { a.Network = network })
}

// fill lets a network have so many tickets that meet nobody of it.
func fill(t *testing.T, s Subject, network string, count int) {
	t.Helper()
	var pseudonyms []string
	for i := range count {
		name := fmt.Sprint(network, "-", i)
		arrival := from(t, network, name)
		arrival.Avoid = pseudonyms
		wait(t, s, arrival)
		pseudonyms = append(pseudonyms, pseudonymOf(name))
	}
}

var crowdCases = []testCase{
	{"a network with many tickets does not meet everybody who comes", func(t *testing.T, s Subject) {
		fill(t, s, "many", 20)
		for i := range 4 {
			first := wait(t, s, from(t, fmt.Sprint("network-", i), fmt.Sprint("a", i)))
			meet(t, first, attach(t, s, from(t, "", fmt.Sprint("b", i))))
		}
	}},
	{"it is met when nobody else comes", func(t *testing.T, s Subject) {
		fill(t, s, "many", 20)
		s.Advance(matchmaking.WidenAfter + tick)
		watch := wait(t, s, from(t, "few", "a"))
		s.Advance(matchmaking.WidenAfter - 2*tick)
		quiet(t, watch)
		s.Advance(3 * tick)
		next[matchmaking.Matched](t, watch)
	}},
	{"both must have waited", func(t *testing.T, s Subject) {
		var names []string
		for i := range matchmaking.CrowdFrom {
			names = append(names, fmt.Sprint("many-", i))
		}
		first := avoiding(t, "a", names...)
		watch := wait(t, s, first)
		s.Advance(matchmaking.WidenAfter + tick)
		fill(t, s, "many", matchmaking.CrowdFrom)
		last := avoiding(t, "b", names...)
		last.Network = "many"
		late := wait(t, s, last)
		s.Advance(matchmaking.WidenAfter - tick)
		quiet(t, late)
		s.Advance(2 * tick)
		meet(t, watch, late)
	}},
	{"people of one network meet at once, however many they are", func(t *testing.T, s Subject) {
		fill(t, s, "school", 20)
		next[matchmaking.Matched](t, attach(t, s, from(t, "school", "a")))
	}},
	{"a network crowds with more than its share only", func(t *testing.T, s Subject) {
		const enough = matchmaking.CrowdFrom * matchmaking.CrowdShare
		for all := range enough + 1 {
			if all < enough-1 {
				continue
			}
			s := s.Restart(matchmaking.Limits{})
			for i := range all - matchmaking.CrowdFrom - 1 {
				cancelTicket(t, s, Arrival(t, fmt.Sprint("gone-", i)).RequestID)
			}
			fill(t, s, "many", matchmaking.CrowdFrom)
			watch := attach(t, s, from(t, "few", "a"))
			if all < enough {
				next[matchmaking.Queued](t, watch)
			} else {
				next[matchmaking.Matched](t, watch)
			}
		}
	}},
	{"tickets that have ended count until they are forgotten", func(t *testing.T, s Subject) {
		for i := range matchmaking.CrowdFrom / 2 {
			meet(t, wait(t, s, from(t, "many", fmt.Sprint("a", i))), attach(t, s, from(t, "many", fmt.Sprint("b", i))))
		}
		s.Advance(matchmaking.Retention - 2*matchmaking.WidenAfter)
		one := wait(t, s, from(t, "many", "x"))
		other := wait(t, s, from(t, "few", "y"))
		quiet(t, one)
		s.Advance(matchmaking.WidenAfter + tick)
		meet(t, one, other)
		s.Advance(matchmaking.Retention + tick)
		meet(t, wait(t, s, from(t, "many", "z")), attach(t, s, from(t, "few", "y2")))
	}},
	{"a network crowds its own pool alone", func(t *testing.T, s Subject) {
		fill(t, s, "many", 20)
		elsewhere := func(network, name string) matchmaking.Arrival {
			arrival := from(t, network, name)
			arrival.Pool = "elsewhere"
			return arrival
		}
		meet(t, wait(t, s, elsewhere("many", "a")), attach(t, s, elsewhere("few", "b")))
	}},
}

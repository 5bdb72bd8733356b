package matchmakingtest

import (
	"fmt"
	"slices"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// interests are those of the buckets the ticket waits in. Empty: anybody.
func (t *ticket) interests() []string {
	if len(t.arrival.Interests) == 0 || t.widened && !t.arrival.InterestsOnly {
		return append(slices.Clone(t.arrival.Interests), "")
	}
	return t.arrival.Interests
}

// seek matches the first full group.
func (m *model) seek(t *ticket) {
	byPlace := slices.SortedFunc(slices.Values(m.tickets), func(a, b *ticket) int { return int(a.place - b.place) })
	for _, interest := range t.interests() {
		group := []*ticket{t}
		for _, other := range byPlace {
			if other.waitsFor(t, interest) && m.compatible(append(group, other)) {
				group = append(group, other)
			}
			if len(group) == t.arrival.GroupSize {
				m.match(group, interest)
				return
			}
		}
	}
}

// waitsFor reports whether both wait in one bucket.
func (t *ticket) waitsFor(other *ticket, interest string) bool {
	return t.waits() && other.waits() && t.arrival.Pool == other.arrival.Pool &&
		t.arrival.GroupSize == other.arrival.GroupSize && slices.Contains(t.interests(), interest)
}

func (m *model) compatible(group []*ticket) bool {
	for i, a := range group {
		for j, b := range group {
			if i == j {
				continue
			}
			pseudonym := b.arrival.Pseudonym
			if a.arrival.Pseudonym == pseudonym || slices.Contains(a.arrival.Avoid, pseudonym) || slices.Contains(a.former, pseudonym) ||
				!a.widened && slices.Contains(a.arrival.Recent, pseudonym) || !a.widened && m.crowded(a, b) {
				return false
			}
		}
	}
	return true
}

// crowded reports whether two tickets are of two networks of which one has many
// tickets of the pool.
func (m *model) crowded(a, b *ticket) bool {
	all, ofA, ofB := 0, 0, 0
	for _, t := range m.tickets {
		if t.arrival.Pool != a.arrival.Pool {
			continue
		}
		all++
		if t.arrival.Network == a.arrival.Network {
			ofA++
		}
		if t.arrival.Network == b.arrival.Network {
			ofB++
		}
	}
	many := func(tickets int, network string) bool {
		return network != "" && tickets >= matchmaking.CrowdFrom && tickets*matchmaking.CrowdShare > all
	}
	return a.arrival.Network != b.arrival.Network && (many(ofA, a.arrival.Network) || many(ofB, b.arrival.Network))
}

func (m *model) match(group []*ticket, interest string) {
	slices.SortFunc(group, func(a, b *ticket) int { return int(a.place - b.place) })
	m.rooms++
	var members []matchmaking.Member
	for _, t := range group {
		members = append(members, matchmaking.Member{Pseudonym: t.arrival.Pseudonym, Introduction: t.arrival.Introduction})
	}
	for slot, t := range group {
		m.end(t, matchmaking.Matched{Match: matchmaking.Match{
			RoomID:    fmt.Sprint("room ", m.rooms),
			Slot:      slot,
			Members:   members,
			Interest:  interest,
			At:        m.now,
			Pool:      t.arrival.Pool,
			GroupSize: t.arrival.GroupSize,
			Place:     t.place,
			Since:     t.since,
			Requeues:  t.requeues,
		}})
	}
}

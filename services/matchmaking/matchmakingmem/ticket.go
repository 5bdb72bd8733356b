package matchmakingmem

import (
	"cmp"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

type state int

const (
	// parked is also the state of a ticket that has not waited yet.
	parked  state = iota
	waiting       // in its buckets, held by watch
	matched
	ended
)

func (s state) final() bool { return s == matched || s == ended }

type ticket struct {
	arrival       matchmaking.Arrival
	fingerprint   string // empty: cancelled before it arrived
	place         int64
	placeKept     bool      // a claim gave it its place
	since         time.Time // its place was taken then
	arrived       time.Time
	requeues      int
	avoid, recent map[string]bool // pseudonyms
	widened       bool

	state   state
	watch   *watch   // that holds it; nil when parked or final
	buckets []bucket // that it waits in, in the order it looks through them
	walk    alarm    // takes the next turn of its walk
	widen   alarm
	end     alarm // ends a ticket that waits or is parked, forgets a final one

	match  *matchmaking.Match // when matched
	reason matchmaking.EndReason
}

// byPlace orders tickets. Two may have one place when a store that lost its
// data gave it out again.
func byPlace(a, b *ticket) int {
	return cmp.Or(cmp.Compare(a.place, b.place), strings.Compare(a.arrival.RequestID, b.arrival.RequestID))
}

func (t *ticket) compatible(other *ticket) bool {
	return t.arrival.Pseudonym != other.arrival.Pseudonym && t.accepts(other) && other.accepts(t)
}

func (t *ticket) accepts(other *ticket) bool {
	pseudonym := other.arrival.Pseudonym
	return !t.avoid[pseudonym] && (t.widened || !t.recent[pseudonym])
}

// widening is what the ticket tells once it is widened.
func (t *ticket) widening() matchmaking.Widened {
	return matchmaking.Widened{
		RecentDropped: len(t.arrival.Recent) > 0,
		Any:           len(t.arrival.Interests) > 0 && !t.arrival.InterestsOnly,
	}
}

func (t *ticket) canWiden() bool { return t.widening() != matchmaking.Widened{} }

func (t *ticket) lastEvent() matchmaking.Event {
	if t.state == matched {
		return matchmaking.Matched{Match: *t.match}
	}
	return matchmaking.Ended{Reason: t.reason}
}

// expiresIn is how much of MaxWait is left.
func (t *ticket) expiresIn() time.Duration {
	return t.arrival.MaxWait - time.Since(t.arrived)
}

// widensIn is how long the ticket still holds out.
func (t *ticket) widensIn() time.Duration {
	return matchmaking.WidenAfter - time.Since(t.since)
}

func set(pseudonyms []string) map[string]bool {
	set := make(map[string]bool, len(pseudonyms))
	for _, pseudonym := range pseudonyms {
		set[pseudonym] = true
	}
	return set
}

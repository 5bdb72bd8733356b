package matchmakingmem

import (
	"cmp"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/schedule"
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
	former        map[string]bool // pseudonyms of the match that failed; nil once they are accepted
	widened       bool

	state   state
	watch   *watch        // that holds it; nil when parked or final
	buckets []bucket      // that it waits in, in the order it looks through them
	walk    schedule.Call // takes the next turn of its walk
	widen   schedule.Call
	reunite schedule.Call // lets it accept the others of the match that failed
	end     schedule.Call // ends a ticket that waits or is parked, forgets a final one

	match  *matchmaking.Match // when matched
	reason matchmaking.EndReason
}

// byPlace orders tickets. Two may have one place when a store that lost its
// data gave it out again.
func byPlace(a, b *ticket) int {
	return cmp.Or(cmp.Compare(a.place, b.place), strings.Compare(a.arrival.RequestID, b.arrival.RequestID))
}

func (t *ticket) key() key { return key{t.arrival.Pool, t.arrival.RequestID} }

// clientKey is that of byClient.
func (t *ticket) clientKey() key { return key{t.arrival.Pool, t.arrival.Pseudonym} }

func (t *ticket) compatible(other *ticket) bool {
	return t.arrival.Pseudonym != other.arrival.Pseudonym && t.accepts(other) && other.accepts(t)
}

func (t *ticket) accepts(other *ticket) bool {
	pseudonym := other.arrival.Pseudonym
	return !t.avoid[pseudonym] && !t.former[pseudonym] && (t.widened || !t.recent[pseudonym])
}

// tellWidened tells the ticket's watch that it is widened, if that means anything
// to its client.
func (t *ticket) tellWidened() {
	if widening := t.arrival.Widening(); widening != (matchmaking.Widened{}) {
		t.watch.Tell(widening)
	}
}

// networkKey is that of held.
func (t *ticket) networkKey() key { return key{t.arrival.Pool, t.arrival.Network} }

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

// widensIn is how long the ticket is not widened yet.
func (t *ticket) widensIn() time.Duration {
	return matchmaking.WidenAfter - time.Since(t.since)
}

// reunitesIn is how long the ticket still avoids the others of the match that
// failed. Its own arrival counts: since is older when a claim restored it.
func (t *ticket) reunitesIn() time.Duration {
	return matchmaking.WidenAfter - time.Since(t.arrived)
}

func set(pseudonyms []string) map[string]bool {
	if len(pseudonyms) == 0 {
		return nil
	}
	set := make(map[string]bool, len(pseudonyms))
	for _, pseudonym := range pseudonyms {
		set[pseudonym] = true
	}
	return set
}

package matchmakingmem

import (
	"crypto/rand"
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// longestPause is how long a walk lets others have their turn at most.
const longestPause = time.Millisecond

// A walk is a ticket's search through the buckets it waits in. It goes on in
// turns for as long as the ticket waits; tickets come and go in between.
type walk struct {
	seeker  *ticket
	buckets []bucket      // still to look through, that of group first
	last    *ticket       // looked at in that bucket, whether it still waits or not
	group   []*ticket     // compatible with one another: the seeker, others by place
	pause   time.Duration // between two turns
}

// start is before all places.
var start = &ticket{place: math.MinInt64}

// seekLocked looks for a group for a ticket that waits and reports whether it
// was matched at once.
func (e *Engine) seekLocked(t *ticket) bool {
	t.walk.Stop()
	w := &walk{seeker: t, buckets: t.buckets}
	w.begin()
	return e.turnLocked(w)
}

func (e *Engine) turnLocked(w *walk) bool {
	p := e.pools[w.seeker.arrival.Pool]
	if w.broken() {
		w.begin()
	}
	if w.look(p, e) {
		e.matchLocked(p, w.group, w.buckets[0].interest)
		return true
	}
	if len(w.buckets) > 0 {
		if w.pause == 0 {
			w.pause = pauseFor(p, w.buckets)
		}
		w.seeker.walk.After(&e.mu, w.pause, func() { e.turnLocked(w) })
	}
	return false
}

// pauseFor returns a pause with which the walk is over in good time.
func pauseFor(p *pool, buckets []bucket) time.Duration {
	turns := 1
	for _, b := range buckets {
		turns += p.buckets[b].Len() / matchmaking.MaxLook
	}
	return min(longestPause, matchmaking.WalkPause/2/time.Duration(turns))
}

// begin goes to the beginning of the current bucket.
func (w *walk) begin() {
	w.last = start
	w.group = append(w.group[:0], w.seeker)
}

// broken reports whether somebody of the group is gone. Who was passed over
// because of that ticket may be compatible with the rest.
func (w *walk) broken() bool {
	return slices.ContainsFunc(w.group, func(t *ticket) bool { return t.state != waiting })
}

// look takes one turn and reports whether the group is full. If it is not,
// the buckets that are left are for the next turn.
func (w *walk) look(p *pool, e *Engine) bool {
	size := w.seeker.arrival.GroupSize
	looks := matchmaking.MaxLook
	for len(w.buckets) > 0 {
		p.buckets[w.buckets[0]].AscendGreaterOrEqual(w.last, func(t *ticket) bool {
			if t == w.last || t == w.seeker {
				return true
			}
			if looks == 0 {
				return false
			}
			looks--
			w.last = t
			if !slices.ContainsFunc(w.group, func(member *ticket) bool { return !e.compatibleLocked(member, t) }) {
				w.group = append(w.group, t)
			}
			return len(w.group) < size
		})
		if len(w.group) == size {
			return true
		}
		if looks == 0 {
			return false
		}
		w.buckets = w.buckets[1:]
		w.begin()
	}
	return false
}

func (e *Engine) compatibleLocked(a, b *ticket) bool {
	return a.compatible(b) &&
		(a.widened && b.widened || a.arrival.Network == b.arrival.Network || !e.crowdsLocked(a) && !e.crowdsLocked(b))
}

// matchLocked ends the tickets of a group with a new room. The earlier place
// gets the lower slot.
func (e *Engine) matchLocked(p *pool, group []*ticket, interest string) {
	slices.SortFunc(group, byPlace)
	now := time.Now()
	room := newRoomID()
	members := make([]matchmaking.Member, 0, len(group))
	for slot, t := range group {
		members = append(members, matchmaking.Member{
			PeerID: room[:10] + strconv.Itoa(slot), Pseudonym: t.arrival.Pseudonym, Introduction: t.arrival.Introduction,
		})
		p.remember(wait{at: now, took: now.Sub(t.arrived)})
	}
	for slot, t := range group {
		e.dequeueLocked(t)
		t.state = matched
		t.match = &matchmaking.Match{
			RoomID:    room,
			Slot:      slot,
			Members:   members,
			Interest:  interest,
			At:        now,
			Pool:      t.arrival.Pool,
			GroupSize: t.arrival.GroupSize,
			Place:     t.place,
			Since:     t.since,
			Requeues:  t.requeues,
		}
		e.settleLocked(t)
	}
}

func newRoomID() string {
	id := make([]byte, 16)
	rand.Read(id)
	return base64.RawURLEncoding.EncodeToString(id)
}

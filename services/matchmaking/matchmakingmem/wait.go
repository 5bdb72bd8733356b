package matchmakingmem

import (
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

func (e *Engine) arriveLocked(arrival matchmaking.Arrival) (*watch, error) {
	now := time.Now()
	claim := arrival.Requeue
	if claim != nil && !now.Before(claim.Expires) {
		return nil, matchmaking.ErrRequeueExpired
	}
	t := &ticket{
		arrival:     arrival,
		fingerprint: arrival.Fingerprint(),
		arrived:     now,
		avoid:       set(arrival.Avoid),
		recent:      set(arrival.Recent),
	}
	if err := e.holdLocked(t); err != nil {
		return nil, err
	}
	if older, active := e.byClient[arrival.Pseudonym]; active {
		e.endLocked(older, matchmaking.EndSuperseded)
	}
	e.byClient[arrival.Pseudonym] = t
	if claim != nil && e.redeemLocked(*claim, arrival.RequestID) {
		t.place, t.placeKept, t.since, t.requeues = claim.Place, true, claim.Since, claim.Count
		t.avoid = set(slices.Concat(arrival.Avoid, claim.Avoid))
	} else {
		e.place++
		t.place, t.since = e.place, now
	}
	return e.waitLocked(t, t.placeKept), nil
}

// redeemLocked reports whether the request id owns the claim. The owner is
// remembered until the claim lapses, which is not later than the ticket that
// redeemed it is forgotten.
func (e *Engine) redeemLocked(claim matchmaking.Requeue, requestID string) bool {
	if owner, redeemed := e.claims[claim.ID]; redeemed {
		return owner == requestID
	}
	e.claims[claim.ID] = requestID
	e.setLocked(new(alarm), time.Until(claim.Expires), func() { delete(e.claims, claim.ID) })
	return true
}

func (e *Engine) reattachLocked(t *ticket, attempt uint32) *watch {
	t.arrival.Attempt = attempt
	if t.watch != nil {
		t.watch.tell(matchmaking.Detached{Reason: matchmaking.DetachedFenced})
	}
	return e.waitLocked(t, true)
}

// waitLocked gives the ticket a new watch and a place in its buckets, unless
// it has one. A ticket must look for a group each time it comes to wait: two
// compatible people would otherwise wait for a third.
func (e *Engine) waitLocked(t *ticket, placeKept bool) *watch {
	w := newWatch(e, t)
	t.watch = w
	if t.state != waiting {
		e.setLocked(&t.end, t.expiresIn(), func() { e.endLocked(t, matchmaking.EndExpired) })
		t.widened = t.canWiden() && t.widensIn() <= 0
		e.enqueueLocked(t)
		if e.seekLocked(t) {
			return w
		}
	}
	w.tell(matchmaking.Queued{Pool: e.poolLocked(t.arrival.Pool), PlaceKept: placeKept})
	if t.widened {
		w.tell(t.widening())
	}
	return w
}

// enqueueLocked puts the ticket into its buckets and makes it matchable.
func (e *Engine) enqueueLocked(t *ticket) {
	t.state, t.buckets = waiting, nil
	for _, interest := range t.arrival.Interests {
		t.buckets = append(t.buckets, bucket{t.arrival.GroupSize, interest})
	}
	if len(t.arrival.Interests) == 0 || t.widened && !t.arrival.InterestsOnly {
		t.buckets = append(t.buckets, bucket{t.arrival.GroupSize, anybody})
	}
	e.useLocked(t.arrival.Pool).insert(t, e.nodes)
	if t.canWiden() && !t.widened {
		e.setLocked(&t.widen, t.widensIn(), func() { e.widenLocked(t) })
	}
}

// dequeueLocked makes the ticket unmatchable.
func (e *Engine) dequeueLocked(t *ticket) {
	t.walk.stop()
	t.widen.stop()
	if len(t.buckets) == 0 {
		return
	}
	p := e.pools[t.arrival.Pool]
	p.remove(t)
	t.buckets = nil
	e.releaseLocked(p)
}

func (e *Engine) widenLocked(t *ticket) {
	t.widened = true
	t.watch.tell(t.widening())
	e.pools[t.arrival.Pool].remove(t)
	e.enqueueLocked(t)
	e.seekLocked(t)
}

// parkLocked makes the ticket unmatchable until a watch takes it up again.
func (e *Engine) parkLocked(t *ticket, streamLife time.Duration) {
	e.dequeueLocked(t)
	t.state, t.watch = parked, nil
	grace := matchmaking.ParkedGrace
	if streamLife < matchmaking.ShortStream {
		grace = matchmaking.ShortParkedGrace
	}
	if left := t.expiresIn(); left <= grace {
		e.setLocked(&t.end, left, func() { e.endLocked(t, matchmaking.EndExpired) })
		return
	}
	e.setLocked(&t.end, grace, func() { e.endLocked(t, matchmaking.EndClientGone) })
}

func (e *Engine) endLocked(t *ticket, reason matchmaking.EndReason) {
	e.dequeueLocked(t)
	t.state, t.reason = ended, reason
	e.settleLocked(t)
}

// settleLocked tells a ticket's end and keeps it for Retention.
func (e *Engine) settleLocked(t *ticket) {
	if t.watch != nil {
		t.watch.tell(t.lastEvent())
		t.watch = nil
	}
	if e.byClient[t.arrival.Pseudonym] == t {
		delete(e.byClient, t.arrival.Pseudonym)
	}
	e.setLocked(&t.end, matchmaking.Retention, func() { e.forgetLocked(t) })
}

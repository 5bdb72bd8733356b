package matchmakingmem

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/schedule"
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
	if older, active := e.byClient[t.clientKey()]; active {
		e.endLocked(older, matchmaking.EndSuperseded)
	}
	e.byClient[t.clientKey()] = t
	if claim != nil && e.redeemLocked(*claim, t.key()) {
		t.place, t.placeKept, t.since, t.requeues = claim.Place, true, claim.Since, claim.Count
		t.former = set(claim.Avoid)
	} else {
		e.place++
		t.place, t.since = e.place, now
	}
	return e.waitLocked(t, t.placeKept), nil
}

// redeemLocked reports whether the claim belongs to a ticket: the first that
// brings it. It is remembered until the claim expires, which is not later than
// that ticket is forgotten.
func (e *Engine) redeemLocked(claim matchmaking.Requeue, by key) bool {
	id := key{by.pool, claim.ID}
	if owner, redeemed := e.claims[id]; redeemed {
		return owner == by.name
	}
	e.claims[id] = by.name
	new(schedule.Call).After(&e.mu, time.Until(claim.Expires), func() { delete(e.claims, id) })
	return true
}

func (e *Engine) reattachLocked(t *ticket, again matchmaking.Arrival) *watch {
	t.arrival.Attempt, t.arrival.Introduction = again.Attempt, again.Introduction
	if t.watch != nil {
		t.watch.Tell(matchmaking.Detached{Reason: matchmaking.DetachedFenced})
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
		t.end.After(&e.mu, t.expiresIn(), func() { e.endLocked(t, matchmaking.EndExpired) })
		t.widened = t.widensIn() <= 0
		if t.reunitesIn() <= 0 {
			t.former = nil
		}
		e.enqueueLocked(t)
		if e.seekLocked(t) {
			return w
		}
	}
	w.Tell(matchmaking.Queued{Pool: e.poolLocked(t.arrival.Pool), PlaceKept: placeKept})
	if t.widened {
		t.tellWidened()
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
	if !t.widened {
		t.widen.After(&e.mu, t.widensIn(), func() { e.widenLocked(t) })
	}
	if len(t.former) > 0 {
		t.reunite.After(&e.mu, t.reunitesIn(), func() {
			t.former = nil
			e.seekLocked(t)
		})
	}
}

// dequeueLocked makes the ticket unmatchable.
func (e *Engine) dequeueLocked(t *ticket) {
	t.walk.Stop()
	t.widen.Stop()
	t.reunite.Stop()
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
	t.tellWidened()
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
		t.end.After(&e.mu, left, func() { e.endLocked(t, matchmaking.EndExpired) })
		return
	}
	t.end.After(&e.mu, grace, func() { e.endLocked(t, matchmaking.EndClientGone) })
}

func (e *Engine) endLocked(t *ticket, reason matchmaking.EndReason) {
	e.dequeueLocked(t)
	t.state, t.reason = ended, reason
	e.settleLocked(t)
}

// settleLocked tells a ticket's end and keeps it for Retention.
func (e *Engine) settleLocked(t *ticket) {
	if t.watch != nil {
		t.watch.Tell(t.lastEvent())
		t.watch = nil
	}
	if e.byClient[t.clientKey()] == t {
		delete(e.byClient, t.clientKey())
	}
	t.end.After(&e.mu, matchmaking.Retention, func() { e.forgetLocked(t) })
}

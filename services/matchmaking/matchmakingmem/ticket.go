package matchmakingmem

import (
	"container/list"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

type state int

const (
	// parked is also the state of a ticket that has not waited yet.
	parked  state = iota
	waiting       // in its pool's queue, held by watch
	matched
	ended
)

func (s state) final() bool { return s == matched || s == ended }

type ticket struct {
	arrival     matchmaking.Arrival
	fingerprint string // empty: cancelled before it arrived
	place       int64
	arrived     time.Time

	state   state
	watch   *watch        // that holds it; nil when parked or final
	element *list.Element // in its pool's queue, while waiting
	timer   *time.Timer   // ends a ticket that waits or is parked, forgets a final one

	match  *matchmaking.Match // when matched
	reason matchmaking.EndReason
}

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

func (e *Engine) arriveLocked(arrival matchmaking.Arrival) *watch {
	if older, active := e.byClient[arrival.Pseudonym]; active {
		e.endLocked(older, matchmaking.EndSuperseded)
	}
	e.place++
	t := &ticket{
		arrival:     arrival,
		fingerprint: arrival.Fingerprint(),
		place:       e.place,
		arrived:     time.Now(),
	}
	e.tickets[arrival.RequestID] = t
	e.byClient[arrival.Pseudonym] = t
	return e.waitLocked(t, false)
}

func (e *Engine) reattachLocked(t *ticket, attempt uint32) *watch {
	t.arrival.Attempt = attempt
	if t.watch != nil {
		t.watch.tell(matchmaking.Detached{Reason: matchmaking.DetachedFenced})
		t.watch = nil
	}
	return e.waitLocked(t, true)
}

// waitLocked gives the ticket a new watch and either a partner or a place in
// its pool's queue. A ticket must look for a partner each time it comes to
// the queue: two compatible people would otherwise wait for a third.
func (e *Engine) waitLocked(t *ticket, placeKept bool) *watch {
	t.watch = newWatch(e, t)
	w := t.watch
	if t.state == waiting {
		w.tell(matchmaking.Queued{Pool: e.poolLocked(t.arrival.Pool), PlaceKept: placeKept})
		return w
	}
	p := e.useLocked(t.arrival.Pool)
	if partner := p.oldest(); partner != nil {
		e.matchLocked(p, partner, t)
		return w
	}
	t.state = waiting
	t.element = p.insert(t)
	e.setTimer(t, t.expiresIn(), func() { e.endLocked(t, matchmaking.EndExpired) })
	w.tell(matchmaking.Queued{Pool: e.poolLocked(t.arrival.Pool), PlaceKept: placeKept})
	return w
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
		e.setTimer(t, left, func() { e.endLocked(t, matchmaking.EndExpired) })
		return
	}
	e.setTimer(t, grace, func() { e.endLocked(t, matchmaking.EndClientGone) })
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
	e.setTimer(t, matchmaking.Retention, func() { delete(e.tickets, t.arrival.RequestID) })
}

func (e *Engine) dequeueLocked(t *ticket) {
	if t.element == nil {
		return
	}
	p := e.pools[t.arrival.Pool]
	p.waiting.Remove(t.element)
	t.element = nil
	e.releaseLocked(p)
}

// setTimer replaces the ticket's timer. A timer that fires while it is being
// replaced finds another one in its place and does nothing.
func (e *Engine) setTimer(t *ticket, after time.Duration, act func()) {
	if t.timer != nil {
		t.timer.Stop()
	}
	var timer *time.Timer
	timer = time.AfterFunc(after, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if t.timer == timer {
			act()
		}
	})
	t.timer = timer
}

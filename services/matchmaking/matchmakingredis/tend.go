package matchmakingredis

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

const (
	// renewal is how often a node renews its lease in a pool, and looks for lost
	// notifications.
	renewal = 2 * time.Second
	// spread keeps nodes from doing what is due in one instant.
	spread = 20 * time.Millisecond
	// cleaning is how late a node cleans up a pool in which it has no stream:
	// others may have done it.
	cleaning = 5 * time.Second
)

// tendLocked starts to tend a pool, unless somebody does: for as long as Run
// runs, whoever asks.
func (e *Engine) tendLocked(p *pool) {
	if e.running == nil || p.tending {
		return
	}
	p.tending = true
	ctx := e.running
	e.work.Go(func() {
		e.tendAlways(ctx, p)
		e.mu.Lock()
		defer e.mu.Unlock()
		p.tending = false
	})
}

// tendAlways tends a pool until nobody uses it any more.
func (e *Engine) tendAlways(ctx context.Context, p *pool) {
	failures := 0
	for {
		e.rest(ctx, p, failures)
		if ctx.Err() != nil {
			return
		}
		e.mu.Lock()
		needed := p.neededLocked(time.Now())
		e.mu.Unlock()
		if !needed {
			continue
		}
		done, err := e.tend(ctx, p)
		switch {
		case err == nil:
			failures = 0
			if done.idle && e.drop(p, done.left) {
				e.discardIdle(ctx)
				return
			}
		case ctx.Err() == nil:
			failures++
			if failures == 1 {
				e.config.Logger.WarnContext(ctx, "tend a pool", "error", err)
			}
		}
	}
}

// rest waits until the pool is to be tended, or for longer after failures.
func (e *Engine) rest(ctx context.Context, p *pool, failures int) {
	pause := func() time.Duration {
		e.mu.Lock()
		defer e.mu.Unlock()
		p.planned = p.nextLocked(time.Now())
		return time.Until(p.planned)
	}
	timer := time.NewTimer(pause())
	defer timer.Stop()
	if failures > 0 {
		timer.Reset(min(renewal, 50*time.Millisecond<<min(failures, 6)))
	}
	for {
		select {
		case <-p.wake:
			if failures == 0 {
				timer.Reset(pause())
			}
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// nextLocked returns when the pool is to be tended.
func (p *pool) nextLocked(now time.Time) time.Time {
	if len(p.abandoned)+len(p.again)+len(p.audit.unknown) > 0 {
		return now
	}
	next := now.Add(time.Hour)
	earlier := func(at time.Time) {
		if at.Before(next) {
			next = at
		}
	}
	jitter := rand.N(spread) //nolint:gosec // only spreads the load
	if !p.audit.demand.IsZero() {
		earlier(p.audit.demand)
	}
	late := cleaning + jitter
	if len(p.watches) > 0 {
		earlier(p.lease.Add(renewal - jitter))
		earlier(p.audit.last.Add(renewal - jitter))
		late = jitter
	} else if !p.clean.IsZero() {
		earlier(p.clean.Add(late))
	}
	if !p.due.IsZero() {
		if p.due.Sub(now) < spread { // a walk must not wait for long
			late -= jitter
		}
		earlier(p.due.Add(late))
	}
	return next
}

// neededLocked reports whether there is something to do. The time for an audit
// may have come while no stream is open for long.
func (p *pool) neededLocked(now time.Time) bool {
	past := func(at time.Time) bool { return !at.IsZero() && !now.Before(at) }
	return len(p.abandoned)+len(p.again)+len(p.audit.unknown) > 0 || p.auditDueLocked(now) || past(p.due) ||
		len(p.watches) == 0 && past(p.clean) ||
		len(p.watches) > 0 && now.Sub(p.lease) >= renewal-2*spread
}

// drop ends the tending of a pool that nobody uses, unless this node began
// something there meanwhile. What is left in the store is so for a while.
func (e *Engine) drop(p *pool, left time.Duration) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(p.watches)+len(p.abandoned)+len(p.again)+len(p.audit.unknown) > 0 || !p.audit.demand.IsZero() {
		return false
	}
	delete(e.pools, p.name)
	if left > 0 {
		e.idle.add(idlePool{p.name, e.now().Add(left)})
	}
	return true
}

// tended is what tend.lua says of a pool.
type tended struct {
	idle           bool
	left           time.Duration // for which an idle pool is left in the store
	changes, clean time.Duration // until a ticket changes, there is something to clean up; zero: never
}

// tend renews this node's lease in the pool, does what is due, and brings the
// streams and the store into agreement. A reply that cannot be read does not
// keep it from the rest.
func (e *Engine) tend(ctx context.Context, p *pool) (tended, error) {
	if err := e.cancelAgain(ctx, p); err != nil {
		return tended{}, err // no stream may resume what is cancelled
	}
	var failed error
	for {
		began := time.Now()
		e.mu.Lock()
		row, streams := p.auditRowLocked(began), len(p.watches) > 0
		e.mu.Unlock()
		reply, err := e.ask(ctx, "tend", tendScript, p.name, flag(streams), row)
		if err != nil {
			return tended{}, errors.Join(failed, err)
		}
		done, held := readTended(reply), reply.List(3).Texts()
		e.deliver(ctx, p.name, reply.List(4).Texts())
		failed = errors.Join(failed, stepError("tend", reply.Err()))
		e.mu.Lock()
		p.due, p.clean = after(began, done.changes), after(began, done.clean)
		if streams {
			p.lease = began
		}
		p.compareLocked(held)
		more := p.audit.running()
		e.mu.Unlock()
		if !more {
			return done, errors.Join(failed, e.resume(ctx, p), e.parkAbandoned(ctx, p))
		}
	}
}

// readTended reads what tend.lua says of the pool.
func readTended(reply redisstore.Reply) tended {
	first, second := time.Duration(reply.Number(1))*time.Microsecond, time.Duration(reply.Number(2))*time.Microsecond
	if reply.Text(0) == "idle" {
		return tended{idle: true, left: first}
	}
	return tended{changes: first, clean: second}
}

// after returns the zero time for no delay.
func after(began time.Time, delay time.Duration) time.Time {
	if delay <= 0 {
		return time.Time{}
	}
	return began.Add(delay)
}

// resume re-attaches tickets whose stream is open here but which the store does
// not list as this node's, or lists otherwise. What fails is left to the next
// audit, unless the store is away.
func (e *Engine) resume(ctx context.Context, p *pool) error {
	e.mu.Lock()
	unknown := p.audit.unknown
	p.audit.unknown = nil
	e.mu.Unlock()
	var failed error
	for i, w := range unknown {
		if !w.opened(time.Now()) {
			continue
		}
		status, err := e.attach(ctx, w, true, true)
		switch {
		case errors.Is(err, matchmaking.ErrUnavailable):
			e.mu.Lock()
			p.audit.unknown = append(p.audit.unknown, unknown[i:]...)
			e.mu.Unlock()
			return errors.Join(failed, err)
		case err != nil:
			failed = errors.Join(failed, err)
		case status != "known":
			w.end(matchmaking.Detached{Reason: matchmaking.DetachedFenced})
		case w.isClosed(): // meanwhile
			e.abandon(w)
		}
	}
	return failed
}

// parkAbandoned lets the tickets go of streams that ended while the store did not
// answer, or that a store came back to.
func (e *Engine) parkAbandoned(ctx context.Context, p *pool) error {
	e.mu.Lock()
	left := maps.Clone(p.abandoned)
	e.mu.Unlock()
	for generation, requestID := range left {
		if err := e.park(ctx, key{p.name, requestID}, generation); err != nil {
			return err
		}
		e.mu.Lock()
		delete(p.abandoned, generation)
		e.mu.Unlock()
	}
	return nil
}

// park lets a ticket go whose stream has ended.
func (e *Engine) park(ctx context.Context, ticket key, generation string) error {
	e.use(ticket.pool)
	reply, err := e.ask(ctx, "park", parkScript, ticket.pool, ticket.requestID, generation)
	if err != nil {
		return err
	}
	ends := matchmaking.ParkedGrace // unless the store says otherwise: it may have ended long ago
	if told := reply.Number(0); told > 0 {
		ends = time.Duration(told) * time.Microsecond
	}
	e.quotas.until(ticket, e.now().Add(ends+matchmaking.Retention))
	return stepError("park", reply.Err())
}

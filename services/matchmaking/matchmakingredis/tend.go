package matchmakingredis

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

const (
	// renewal is how often a node tends a pool in which nothing happens: often
	// enough for its lease, and for news whose bell is lost.
	renewal = 2 * time.Second
	// spread keeps nodes from doing what is due in one instant.
	spread = 20 * time.Millisecond
	// gather is how long a bell waits for others: one look serves them all.
	gather = 2 * time.Millisecond
	// turnPause lets others have their turn between those of a walk.
	turnPause = time.Millisecond
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

// tendAlways tends a pool until it is of no use any more.
func (e *Engine) tendAlways(ctx context.Context, p *pool) {
	failures := 0
	for ctx.Err() == nil {
		idle, err := e.tend(ctx, p)
		pause := e.pause(p)
		switch {
		case err != nil && ctx.Err() == nil:
			failures++
			if failures == 1 {
				e.config.Logger.WarnContext(ctx, "tend a pool", "error", err)
			}
			pause = min(renewal, 100*time.Millisecond<<min(failures, 5))
		case err == nil:
			failures = 0
			if idle && e.drop(p) {
				return
			}
		}
		e.rest(ctx, p, pause)
	}
}

// rest waits until there is something to do.
func (e *Engine) rest(ctx context.Context, p *pool, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-p.bell:
			time.Sleep(gather)
			return
		case <-p.wake:
			timer.Reset(e.pause(p))
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// pause is how long nothing needs to be done unless the bell rings.
func (e *Engine) pause(p *pool) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	jitter := rand.N(spread) //nolint:gosec // only spreads the load
	pause := renewal - jitter
	if len(p.watches)+len(p.strays)+len(p.audit.lost) == 0 { // no lease is needed
		pause = matchmaking.RecentWaits
	}
	if p.due > 0 {
		pause = min(pause, p.due+jitter)
	}
	pause -= time.Since(p.looked)
	if len(p.walks) > 0 {
		pause = min(pause, turnPause)
	}
	return max(pause, 0)
}

// drop ends the tending of a pool in which there is nothing, unless this node
// began something there meanwhile.
func (e *Engine) drop(p *pool) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(p.watches)+len(p.strays)+len(p.walks) > 0 {
		return false
	}
	delete(e.pools, p.name)
	return true
}

// tend renews this node's lease in the pool, takes its news and does what is
// due. idle tells that nothing is left there.
func (e *Engine) tend(ctx context.Context, p *pool) (idle bool, err error) {
	for {
		e.mu.Lock()
		asked := slices.AppendSeq([]string{}, maps.Keys(p.asked))
		clear(p.asked)
		row := p.audit.begin()
		e.mu.Unlock()
		r, err := e.run(ctx, tendScript, p.name, toJSON(asked), row)
		if err != nil {
			return false, err
		}
		news := r.news()
		if r.err != nil {
			return false, r.err
		}
		e.deliver(p.name, news.touched)
		e.mu.Lock()
		p.walks, p.due, p.looked = append(p.walks, news.walks...), news.due, time.Now()
		p.compare(news.held)
		more := len(p.asked) > 0 || p.audit.running()
		e.mu.Unlock()
		e.forget(ctx, p.name, news.forgotten)
		if !more {
			return news.idle, errors.Join(e.resume(ctx, p), e.goOn(ctx, p), e.parkStrays(ctx, p))
		}
	}
}

// forget releases what pointed to tickets that are forgotten.
func (e *Engine) forget(ctx context.Context, name string, tickets []forgotten) {
	for _, t := range tickets {
		e.release(ctx, e.requestKey(name, t.requestID), location{name, t.fingerprint})
		if t.pseudonym != "" {
			e.release(ctx, e.clientKey(name, t.pseudonym), location{name, t.requestID})
		}
	}
}

// resume makes the tickets of this node wait again that the pool does not take
// for its, or tells why they do not.
func (e *Engine) resume(ctx context.Context, p *pool) error {
	e.mu.Lock()
	lost := p.audit.lost
	p.audit.lost = nil
	e.mu.Unlock()
	for i, w := range lost {
		if !w.lasts(time.Now()) {
			continue
		}
		if err := e.resumeOne(ctx, w); err != nil {
			e.mu.Lock()
			p.audit.lost = append(p.audit.lost, lost[i:]...)
			e.mu.Unlock()
			return err
		}
	}
	return nil
}

func (e *Engine) resumeOne(ctx context.Context, w *watch) error {
	a := w.arrival
	if _, err := e.claim(ctx, e.requestKey(a.Pool, a.RequestID), location{a.Pool, a.Fingerprint()}, onlyIfFree); err != nil {
		return err
	}
	if _, err := e.claim(ctx, e.clientKey(a.Pool, a.Pseudonym), location{a.Pool, a.RequestID}, onlyIfFree); err != nil {
		return err
	}
	_, err := e.attach(ctx, w, w.pool, resume)
	if err == nil && w.isClosed() { // meanwhile
		e.abandon(w)
	}
	return err
}

// goOn takes the next turn of every walk.
func (e *Engine) goOn(ctx context.Context, p *pool) error {
	e.mu.Lock()
	walks := p.walks
	p.walks = nil
	e.mu.Unlock()
	for i, next := range walks {
		r, err := e.run(ctx, seekScript, p.name, next.arguments()...)
		if err != nil {
			e.mu.Lock()
			p.walks = append(p.walks, walks[i:]...)
			e.mu.Unlock()
			return err
		}
		touched, rest := r.views(0), r.walk(*r.at(r.list, 1))
		if r.err != nil {
			return r.err
		}
		e.deliver(p.name, touched)
		if rest.requestID != "" {
			e.mu.Lock()
			p.walks = append(p.walks, rest)
			e.mu.Unlock()
		}
	}
	return nil
}

// parkStrays lets the tickets go of streams that ended while the store did not
// answer, or that a store came back to.
func (e *Engine) parkStrays(ctx context.Context, p *pool) error {
	e.mu.Lock()
	strays := maps.Clone(p.strays)
	e.mu.Unlock()
	for generation, requestID := range strays {
		if err := e.park(ctx, p.name, requestID, generation); err != nil {
			return err
		}
		e.mu.Lock()
		delete(p.strays, generation)
		e.mu.Unlock()
	}
	return nil
}

// park lets a ticket go whose stream has ended.
func (e *Engine) park(ctx context.Context, name, requestID, generation string) error {
	message, err := e.ask(ctx, parkScript, name, requestID, generation)
	if err != nil {
		return err
	}
	due, err := message.AsInt64()
	if err != nil {
		return fmt.Errorf("park: %w: %w", errReply, err)
	}
	e.expect(name, time.Duration(due)*time.Microsecond)
	return nil
}

// expect lets a pool be looked at when something is due there. Zero: nothing
// is.
func (e *Engine) expect(name string, due time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.pools[name]
	if p == nil || due <= 0 {
		return
	}
	if since := time.Since(p.looked); p.due == 0 || since+due < p.due {
		p.due = since + due
		p.stir()
	}
}

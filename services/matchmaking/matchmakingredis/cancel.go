package matchmakingredis

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// cancelled is a cancellation that was answered. A store that loses its latest
// changes is told of it again, before the ticket's stream makes it wait anew.
type cancelled struct {
	key
	owner    string
	at       int64     // by the store's clock, in microseconds
	answered time.Time // by this node's
}

// Cancel implements matchmaking.Engine.
func (e *Engine) Cancel(ctx context.Context, pool, requestID, owner string) (matchmaking.Outcome, error) {
	ticket := key{pool, requestID}
	admits, added := e.quotas.admit(ticket, owner, e.now())
	e.use(pool)
	reply, err := e.cancel(ctx, ticket, owner, flag(admits), "")
	if err != nil {
		if added {
			e.quotas.until(ticket, e.now().Add(matchmaking.Retention))
		}
		return matchmaking.Outcome{}, err
	}
	if reply.Text(0) == "full" {
		e.quotas.drop(ticket)
		e.deliver(ctx, pool, reply.List(3).Texts())
		return matchmaking.Outcome{}, matchmaking.ErrTooManyTickets
	}
	v, err := parseView(pool, reply.Text(2))
	if err != nil {
		return matchmaking.Outcome{}, stepError("cancel", err)
	}
	if v.match == nil && v.reason == matchmaking.EndCancelled {
		e.remember(cancelled{ticket, owner, reply.Number(1), time.Now()})
	}
	e.deliver(ctx, pool, append(reply.List(3).Texts(), reply.Text(2)))
	return matchmaking.Outcome{Match: v.match, Reason: v.reason}, nil
}

func (e *Engine) cancel(ctx context.Context, ticket key, owner, admits, again string) (redisstore.Reply, error) {
	limits := e.config.Limits
	return e.ask(ctx, "cancel", cancelScript, ticket.pool,
		ticket.requestID, encode(owner), admits, number(int64(limits.MaxTickets)), number(int64(limits.MaxTicketsPerOwner)), again)
}

// remember keeps an answer for as long as the store would.
func (e *Engine) remember(answer cancelled) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.forgetCancelledLocked()
	e.cancelled = append(e.cancelled, answer)
}

func (e *Engine) forgetCancelledLocked() {
	current := slices.IndexFunc(e.cancelled, func(c cancelled) bool { return time.Since(c.answered) < matchmaking.Retention })
	if current < 0 {
		current = len(e.cancelled)
	}
	e.cancelled = slices.Delete(e.cancelled, 0, current)
}

// cancelAgain repeats what was answered before the store may have lost it.
func (e *Engine) cancelAgain(ctx context.Context, p *pool) error {
	e.mu.Lock()
	again := p.again
	p.again = nil
	e.mu.Unlock()
	for i, c := range again {
		reply, err := e.cancel(ctx, c.key, c.owner, "1", number(c.at))
		switch {
		case errors.Is(err, matchmaking.ErrUnavailable):
			e.mu.Lock()
			p.again = append(p.again, again[i:]...)
			e.mu.Unlock()
			return err
		case err != nil:
			e.config.Logger.ErrorContext(ctx, "cancel again", "error", err)
			continue
		}
		told := reply.List(3).Texts()
		if view := reply.Text(2); view != "" {
			told = append(told, view)
		}
		e.deliver(ctx, p.name, told)
	}
	return nil
}

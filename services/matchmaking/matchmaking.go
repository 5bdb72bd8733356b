// Package matchmaking is the domain of pairing people who wait: tickets,
// matches, and the Engine that keeps them. It knows neither the wire nor a
// store; import it to write an engine or to call one directly.
package matchmaking

import (
	"context"
	"time"
)

// An Engine keeps tickets and pairs them at arrival. All methods may be
// called at once from any number of goroutines.
//
// A ticket waits in buckets: one for each of its interests, in their order,
// and one for anybody: from the beginning when it names no interest,
// WidenAfter later when it does, never with InterestsOnly. Whenever it comes
// to wait, or accepts more people than before, it looks through its buckets
// in that order, each by place, and takes every ticket that is compatible
// with it and all taken so far, until the group is full; the first full group
// is the match. Compatible are tickets of one pool and group size of which
// neither avoids the other, nor met the other recently unless widened, nor
// failed to connect with the other in the match its Requeue stems from, unless
// it arrived WidenAfter ago. Tickets of two networks of which one crowds the
// pool are compatible only when both are widened; see Crowds. A ticket is
// widened WidenAfter after it took its place.
//
// An engine with a store elsewhere answers ErrUnavailable to any call while it
// cannot reach it. Watches say nothing meanwhile, and go on afterwards.
//
// A ticket waits while a Watch is attached to it, is parked when the Watch is
// closed, and ends exactly once: matched, cancelled, expired, superseded or
// given up. Cancelled and matched exclude each other. The end is remembered
// for Retention under its pool and request id, then forgotten.
type Engine interface {
	// Attach makes the ticket named by arrival.RequestID within arrival.Pool
	// wait, or takes an existing one over and keeps its place; its introduction
	// is then that of this arrival. The arrival must have passed Complete. A lower Attempt than the ticket has seen changes
	// nothing and gives a Watch that says Detached{DetachedStaleAttempt}.
	//
	// Errors: ErrParametersDiffer; for a request id not known yet in the pool
	// ErrRequeueExpired and ErrTooManyTickets. An error changes nothing.
	Attach(ctx context.Context, arrival Arrival) (Watch, error)

	// Cancel ends the ticket named by the request id within the pool, or tells
	// how it ended before. A request id not known there counts as cancelled: it
	// is remembered for Retention as a ticket of owner, and an Attach in that
	// time ends at once, because this call may overtake it.
	//
	// Errors: ErrTooManyTickets.
	Cancel(ctx context.Context, pool, requestID, owner string) (Outcome, error)

	// Pool tells how busy a pool is. A pool nobody uses is empty, not unknown.
	Pool(ctx context.Context, name string) (Pool, error)
}

// A Watch is one stream's hold on a ticket. All methods may be called at once,
// but Next by one goroutine at a time.
type Watch interface {
	// Next waits for the ticket's next event. After the event for which
	// Last reports true it returns io.EOF; when ctx ends first, ctx.Err(),
	// when Wake is called first, ErrWoken; and nothing is lost. An event that
	// is there already is given even when ctx has ended.
	Next(ctx context.Context) (Event, error)

	// Wake lets Next return ErrWoken once: the call that waits, or else the next
	// one. Waking again before that changes nothing. It never blocks.
	Wake()

	// Close lets the ticket go: unless it ended or another Watch has it, it
	// is parked, which makes it unmatchable at once. Closing twice is fine.
	Close()
}

// Limits bound the tickets that an engine holds. The zero value is no limit.
//
// A ticket counts from its arrival until its end is forgotten (Retention after
// it), and so does a request id that was cancelled before it arrived. What
// exceeds a limit is refused with ErrTooManyTickets and changes nothing.
//
// An engine in memory counts all of its tickets. An engine with a store that
// several nodes share counts those of each pool over all nodes, and besides
// those of all pools on each node: the same numbers hold for both.
type Limits struct {
	// MaxTickets is how many tickets there may be. Zero: any number.
	MaxTickets int
	// MaxTicketsPerOwner is how many one Arrival.Owner may have. Zero: any
	// number.
	MaxTicketsPerOwner int
}

// Pool is how busy a pool is.
type Pool struct {
	// Waiting counts the tickets that can be matched now.
	Waiting int
	// MedianWait is how long the tickets matched lately waited. Zero: nobody
	// was matched lately.
	MedianWait time.Duration
}

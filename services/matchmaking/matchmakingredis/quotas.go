package matchmakingredis

import (
	"container/heap"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// quotas count the tickets of all pools that this node has to do with: while
// their streams are open here, and until they are forgotten. Safe for
// concurrent use.
type quotas struct {
	limits matchmaking.Limits

	mu      sync.Mutex // guards the following fields
	tickets map[key]*quota
	owners  map[string]int
	ends    ends
}

// A key names a ticket.
type key struct{ pool, requestID string }

type quota struct {
	owner string
	until time.Time // zero: its stream is open here
}

func newQuotas(limits matchmaking.Limits) *quotas {
	return &quotas{limits: limits, tickets: make(map[key]*quota), owners: make(map[string]int)}
}

// admit counts a ticket, unless it is counted already or would exceed a limit.
// It reports whether the ticket is counted now, and whether by this call.
func (q *quotas) admit(ticket key, owner string, now time.Time) (counted, added bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.dropEndedLocked(now)
	if _, known := q.tickets[ticket]; known {
		return true, false
	}
	if q.limits.MaxTickets > 0 && len(q.tickets) >= q.limits.MaxTickets ||
		owner != "" && q.limits.MaxTicketsPerOwner > 0 && q.owners[owner] >= q.limits.MaxTicketsPerOwner {
		return false, false
	}
	q.addLocked(ticket, owner)
	return true, true
}

// hold counts a ticket whose stream is open here, even above a limit: the store
// knew it before.
func (q *quotas) hold(ticket key, owner string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.limits == (matchmaking.Limits{}) {
		return
	}
	if counted, known := q.tickets[ticket]; known {
		counted.until = time.Time{}
		return
	}
	q.addLocked(ticket, owner)
}

// until counts a ticket, if it is counted, until then.
func (q *quotas) until(ticket key, at time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if counted, known := q.tickets[ticket]; known && !counted.until.Equal(at) {
		counted.until = at
		heap.Push(&q.ends, end{ticket, at})
	}
}

// leave no longer counts a ticket whose stream was open here, if it still does:
// another node has it.
func (q *quotas) leave(ticket key) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if counted, known := q.tickets[ticket]; known && counted.until.IsZero() {
		q.dropLocked(ticket)
	}
}

// drop no longer counts a ticket.
func (q *quotas) drop(ticket key) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.dropLocked(ticket)
}

func (q *quotas) addLocked(ticket key, owner string) {
	if q.limits == (matchmaking.Limits{}) {
		return
	}
	q.tickets[ticket] = &quota{owner: owner}
	if owner != "" {
		q.owners[owner]++
	}
}

func (q *quotas) dropLocked(ticket key) {
	counted, known := q.tickets[ticket]
	if !known {
		return
	}
	delete(q.tickets, ticket)
	if owner := counted.owner; owner != "" {
		if q.owners[owner]--; q.owners[owner] == 0 {
			delete(q.owners, owner)
		}
	}
}

// dropEndedLocked drops the tickets that are forgotten by now.
func (q *quotas) dropEndedLocked(now time.Time) {
	for len(q.ends) > 0 && !q.ends[0].at.After(now) {
		ended := heap.Pop(&q.ends).(end)
		if counted, known := q.tickets[ended.ticket]; known && counted.until.Equal(ended.at) {
			q.dropLocked(ended.ticket)
		}
	}
}

// An end says until when a ticket counts, unless that has changed since.
type end struct {
	ticket key
	at     time.Time
}

// ends is a heap.
type ends []end

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, j int) bool { return e[i].at.Before(e[j].at) }
func (e ends) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *ends) Push(x any)        { *e = append(*e, x.(end)) }
func (e *ends) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

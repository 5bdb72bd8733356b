package matchmakingredis

import (
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// quotas counts the tickets that came by this node, for as long as they are
// remembered. Safe for concurrent use.
type quotas struct {
	most, mostPerOwner int

	mu      sync.Mutex // guards the following fields
	tickets map[string]*quota
	owners  map[string]int
	swept   time.Time
}

type quota struct {
	owner string
	ends  time.Time // when the ticket is forgotten at the latest
}

func newQuotas(config Config) *quotas {
	return &quotas{
		most: config.Limits.MaxTickets, mostPerOwner: config.Limits.MaxTicketsPerOwner,
		tickets: make(map[string]*quota), owners: make(map[string]int),
	}
}

// take counts a ticket unless that would be one too many.
func (q *quotas) take(requestID, owner string, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.most == 0 && q.mostPerOwner == 0 {
		return true
	}
	if _, known := q.tickets[requestID]; known {
		return true
	}
	q.sweepLocked(now)
	if q.most > 0 && len(q.tickets) >= q.most || owner != "" && q.mostPerOwner > 0 && q.owners[owner] >= q.mostPerOwner {
		return false
	}
	q.tickets[requestID] = &quota{owner: owner, ends: now.Add(matchmaking.MaxWait + matchmaking.Retention)}
	if owner != "" {
		q.owners[owner]++
	}
	return true
}

// endsAt says when a ticket is forgotten.
func (q *quotas) endsAt(requestID string, at time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if counted, known := q.tickets[requestID]; known {
		counted.ends = at
	}
}

// sweepLocked counts no more what is forgotten. It goes through all of them,
// so once in a while is enough.
func (q *quotas) sweepLocked(now time.Time) {
	if now.Sub(q.swept) < time.Second {
		return
	}
	q.swept = now
	for id, counted := range q.tickets {
		if now.Before(counted.ends) {
			continue
		}
		delete(q.tickets, id)
		if counted.owner == "" {
			continue
		}
		if q.owners[counted.owner]--; q.owners[counted.owner] == 0 {
			delete(q.owners, counted.owner)
		}
	}
}

package matchmakingredis

import (
	"strings"
	"time"
)

// resumeAfter is how long after a gap streams resume the tickets that the store
// has lost. Meanwhile all nodes repeat their cancellations.
const resumeAfter = 500 * time.Millisecond

// An audit compares the streams open on this node with the rows that the store
// lists for this node, some at a time. They differ after a lost notification,
// an expired lease, or data loss.
type audit struct {
	last    time.Time // when the last one began
	demand  time.Time // one must begin then; zero: none must
	row     string    // compared so far
	began   time.Time
	seen    map[string]bool // generations; nil: none is running
	unknown []*watch        // streams whose tickets the store may have otherwise
}

func (a *audit) running() bool { return a.seen != nil }

// dueLocked reports whether an audit must begin: on demand, or because a stream
// is open for so long.
func (p *pool) auditDueLocked(now time.Time) bool {
	a := &p.audit
	if !a.demand.IsZero() {
		return !now.Before(a.demand)
	}
	if now.Sub(a.last) < renewal-2*spread {
		return false
	}
	for _, watches := range p.watches {
		for _, w := range watches {
			if w.opened(now.Add(-renewal / 2)) {
				return true
			}
		}
	}
	a.last = now
	return false
}

// auditRowLocked returns the row after which tend.lua goes on, and begins an
// audit if one is due. -: it does not list any.
func (p *pool) auditRowLocked(now time.Time) string {
	a := &p.audit
	if !a.running() {
		if !p.auditDueLocked(now) {
			return "-"
		}
		a.last, a.began, a.demand = now, now, time.Time{}
		a.row, a.seen = "", make(map[string]bool)
	}
	return a.row
}

// compareLocked takes the next rows. An audit ends when there are none.
func (p *pool) compareLocked(rows []string) {
	a := &p.audit
	if !a.running() {
		return
	}
	for _, row := range rows {
		a.row = row
		parts := strings.Split(row, "|") // h, node, request, generation, widened
		if len(parts) != 5 {
			continue
		}
		requestID, generation := parts[2], parts[3]
		a.seen[generation] = true
		switch w := p.findLocked(requestID, generation); {
		case w == nil:
			p.abandoned[generation] = requestID
		case parts[4] == "w" && !w.hasWidened():
			a.unknown = append(a.unknown, w)
		}
	}
	if len(rows) > 0 {
		return
	}
	for _, watches := range p.watches {
		for _, w := range watches {
			if !a.seen[w.generation] && w.opened(a.began) {
				a.unknown = append(a.unknown, w)
			}
		}
	}
	a.seen = nil
}

// findLocked returns the stream of this node that has the ticket; nil: none
// has.
func (p *pool) findLocked(requestID, generation string) *watch {
	for _, w := range p.watches[requestID] {
		if w.generation == generation {
			return w
		}
	}
	return nil
}

// onGap is for notifications that may have been lost, and for a store that may
// have lost what it knew.
func (e *Engine) onGap() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.forgetCancelledLocked()
	for _, c := range e.cancelled {
		p := e.useLocked(c.pool)
		p.again = append(p.again, c)
	}
	for _, p := range e.pools {
		p.audit.demand = time.Now().Add(resumeAfter)
		p.stir()
	}
}

package matchmakingredis

import (
	"strings"
	"time"
)

// An audit compares the streams of this node with those the pool takes for
// its, a few rows at a time. They differ when a bell was lost, when the pool
// took this node for dead, and when the store lost data: then somebody who
// left waits there, or somebody who waits is not known.
type audit struct {
	next  time.Time // when the next one begins
	row   string    // compared so far
	began time.Time
	seen  map[string]bool // generations; nil: none is running
	lost  []*watch        // streams that the pool does not take for this node's
}

func (a *audit) running() bool { return a.seen != nil }

// begin returns the row after which tend.lua goes on, and begins an audit if
// one is due.
func (a *audit) begin() string {
	now := time.Now()
	switch {
	case a.running():
	case now.Before(a.next):
		return "-"
	default:
		a.began, a.next = now, now.Add(renewal-2*spread) // each time the pool is tended for its lease
		a.row, a.seen = "", make(map[string]bool)
	}
	return a.row
}

// compare takes the next rows. An audit ends when there are none.
func (p *pool) compare(rows []string) {
	a := &p.audit
	if !a.running() {
		return
	}
	for _, row := range rows {
		parts := strings.Split(row, "|")
		if len(parts) != 4 {
			continue
		}
		requestID, generation := parts[1], parts[2]
		a.row, a.seen[generation] = row, true
		switch w := p.find(requestID, generation); {
		case w == nil:
			p.strays[generation] = requestID
		case parts[3] == "w" && !w.hasWidened():
			p.asked[requestID] = true
		}
	}
	if len(rows) > 0 {
		return
	}
	for _, watches := range p.watches {
		for _, w := range watches {
			if !a.seen[w.generation] && w.lasts(a.began) {
				a.lost = append(a.lost, w)
			}
		}
	}
	a.seen = nil
}

// find returns the stream of this node that has the ticket; nil: none has.
func (p *pool) find(requestID, generation string) *watch {
	for _, w := range p.watches[requestID] {
		if w.generation == generation {
			return w
		}
	}
	return nil
}

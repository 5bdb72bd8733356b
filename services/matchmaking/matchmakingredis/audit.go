package matchmakingredis

import (
	"strings"
	"time"
)

// An audit compares the streams of this node with those the pool takes for
// its. They differ when a store lost the latest changes, as after a failover:
// then somebody who left waits there, or somebody who waits is not known.
type audit struct {
	row   string          // compared so far
	began time.Time       // with the first row
	seen  map[string]bool // generations
	lost  []*watch        // streams that the pool does not know
}

// compare takes the next rows. The last ones are those that are none.
func (e *Engine) compare(p *pool, rows []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := &p.audit
	if a.seen == nil {
		a.began, a.seen = time.Now(), make(map[string]bool)
	}
	for _, row := range rows {
		parts := strings.Split(row, "|")
		if len(parts) != 3 {
			continue
		}
		a.row, a.seen[parts[2]] = row, true
		if !p.has(parts[1], parts[2]) {
			p.strays[parts[2]] = parts[1]
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
	a.row, a.seen = "", nil
}

// has reports whether a stream of this node has that ticket.
func (p *pool) has(requestID, generation string) bool {
	for _, w := range p.watches[requestID] {
		if w.generation == generation {
			return true
		}
	}
	return false
}

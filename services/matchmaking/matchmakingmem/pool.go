package matchmakingmem

import (
	"container/list"
	"slices"
	"time"

	"github.com/google/btree"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/schedule"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

const (
	// keptWaits is how many waits a pool remembers for its median.
	keptWaits = 32
	// maxIdlePools is how many pools are remembered for their median alone.
	maxIdlePools = 1024
	// degree of the trees: most hold few tickets.
	degree = 8
	// anybody is the interest of the bucket for everybody.
	anybody = ""
)

// A bucket holds the tickets of a pool that wait for a group of one size
// because of one interest.
type bucket struct {
	groupSize int
	interest  string
}

type pool struct {
	name    string
	waiting int
	buckets map[bucket]*btree.BTreeG[*ticket] // by place, none empty
	waits   []wait                            // the latest matches, oldest first
	idle    *list.Element                     // in Engine.idle; nil while somebody waits
	forget  schedule.Call                     // an idle pool
}

// wait is how long one ticket waited for its match.
type wait struct {
	at   time.Time
	took time.Duration
}

func (e *Engine) useLocked(name string) *pool {
	p, known := e.pools[name]
	if !known {
		p = &pool{name: name, buckets: make(map[bucket]*btree.BTreeG[*ticket])}
		e.pools[name] = p
	}
	if p.idle != nil {
		e.idle.Remove(p.idle)
		p.idle = nil
		p.forget.Stop()
	}
	return p
}

// releaseLocked keeps a pool in which nobody waits only for its median, for
// as long as that counts.
func (e *Engine) releaseLocked(p *pool) {
	if p.waiting > 0 {
		return
	}
	p.trim(time.Now())
	p.idle = e.idle.PushBack(p)
	if len(p.waits) == 0 {
		e.forgetPoolLocked(p)
		return
	}
	latest := p.waits[len(p.waits)-1]
	p.forget.After(&e.mu, matchmaking.RecentWaits-time.Since(latest.at), func() { e.forgetPoolLocked(p) })
	if e.idle.Len() > maxIdlePools {
		e.forgetPoolLocked(e.idle.Front().Value.(*pool))
	}
}

func (e *Engine) forgetPoolLocked(p *pool) {
	p.forget.Stop()
	e.idle.Remove(p.idle)
	delete(e.pools, p.name)
}

// insert puts the ticket into its buckets.
func (p *pool) insert(t *ticket, nodes *btree.FreeListG[*ticket]) {
	p.waiting++
	for _, b := range t.buckets {
		tree, known := p.buckets[b]
		if !known {
			tree = btree.NewWithFreeListG(degree, func(a, b *ticket) bool { return byPlace(a, b) < 0 }, nodes)
			p.buckets[b] = tree
		}
		tree.ReplaceOrInsert(t)
	}
}

// remove takes the ticket out of its buckets.
func (p *pool) remove(t *ticket) {
	p.waiting--
	for _, b := range t.buckets {
		tree := p.buckets[b]
		tree.Delete(t)
		if tree.Len() == 0 {
			delete(p.buckets, b)
		}
	}
}

func (p *pool) remember(w wait) {
	p.waits = append(p.waits, w)
	p.trim(w.at)
}

func (p *pool) trim(now time.Time) {
	p.waits = slices.DeleteFunc(p.waits, func(w wait) bool { return now.Sub(w.at) >= matchmaking.RecentWaits })
	if extra := len(p.waits) - keptWaits; extra > 0 {
		p.waits = slices.Delete(p.waits, 0, extra)
	}
}

func (p *pool) medianWait(now time.Time) time.Duration {
	p.trim(now)
	if len(p.waits) == 0 {
		return 0
	}
	took := make([]time.Duration, 0, len(p.waits))
	for _, w := range p.waits {
		took = append(took, w.took)
	}
	slices.Sort(took)
	return took[len(took)/2]
}

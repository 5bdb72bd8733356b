package matchmakingmem

import (
	"container/list"
	"crypto/rand"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// keptWaits is how many waits a pool remembers for its median.
const keptWaits = 32

type pool struct {
	name    string
	waiting *list.List  // of *ticket, by place
	waits   []wait      // the latest matches, oldest first
	timer   *time.Timer // forgets the waits; nil when there are none
}

// wait is how long one ticket waited for its match.
type wait struct {
	at   time.Time
	took time.Duration
}

func (e *Engine) useLocked(name string) *pool {
	p, known := e.pools[name]
	if !known {
		p = &pool{name: name, waiting: list.New()}
		e.pools[name] = p
	}
	return p
}

// releaseLocked forgets a pool that holds nothing.
func (e *Engine) releaseLocked(p *pool) {
	p.trim(time.Now())
	if p.waiting.Len() == 0 && len(p.waits) == 0 {
		delete(e.pools, p.name)
	}
}

func (p *pool) oldest() *ticket {
	if front := p.waiting.Front(); front != nil {
		return front.Value.(*ticket)
	}
	return nil
}

// insert puts the ticket at its place, searched from the back, where new
// arrivals belong.
func (p *pool) insert(t *ticket) *list.Element {
	for element := p.waiting.Back(); element != nil; element = element.Prev() {
		if element.Value.(*ticket).place < t.place {
			return p.waiting.InsertAfter(t, element)
		}
	}
	return p.waiting.PushFront(t)
}

// matchLocked ends both tickets with a new room. The earlier place gets the
// lower slot.
func (e *Engine) matchLocked(p *pool, a, b *ticket) {
	if b.place < a.place {
		a, b = b, a
	}
	now := time.Now()
	members := make([]matchmaking.Member, 0, 2)
	for _, t := range []*ticket{a, b} {
		members = append(members, matchmaking.Member{PeerID: rand.Text(), Pseudonym: t.arrival.Pseudonym})
	}
	room := rand.Text()
	for slot, t := range []*ticket{a, b} {
		p.waits = append(p.waits, wait{at: now, took: now.Sub(t.arrived)})
		e.dequeueLocked(t)
		t.state = matched
		t.match = &matchmaking.Match{
			RoomID:    room,
			Slot:      slot,
			Members:   members,
			At:        now,
			Pool:      t.arrival.Pool,
			GroupSize: t.arrival.GroupSize,
			Place:     t.place,
			Since:     t.arrived,
		}
		e.settleLocked(t)
	}
	p.trim(now)
	if p.timer == nil {
		e.forgetWaitsLocked(p, matchmaking.RecentWaits)
	}
}

// forgetWaitsLocked lets go of a pool that only its remembered waits keep,
// once they are too old to count.
func (e *Engine) forgetWaitsLocked(p *pool, after time.Duration) {
	p.timer = time.AfterFunc(after, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		p.timer = nil
		e.releaseLocked(p)
		if len(p.waits) > 0 {
			e.forgetWaitsLocked(p, matchmaking.RecentWaits-time.Since(p.waits[0].at))
		}
	})
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

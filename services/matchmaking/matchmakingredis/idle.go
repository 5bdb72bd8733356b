package matchmakingredis

import (
	"container/list"
	"context"
	"time"
)

// maxIdlePools is how many pools that nobody uses a node leaves in the store
// for their median.
const maxIdlePools = 1024

// idlePools are those that a node left in the store, until that removes them.
// The zero value is empty.
type idlePools struct {
	order  list.List // of idlePool, the longest idle first
	byName map[string]*list.Element
}

type idlePool struct {
	name  string
	until time.Time
}

func (i *idlePools) add(p idlePool) {
	i.remove(p.name)
	if i.byName == nil {
		i.byName = make(map[string]*list.Element)
	}
	i.byName[p.name] = i.order.PushBack(p)
}

func (i *idlePools) remove(name string) {
	if element, known := i.byName[name]; known {
		i.order.Remove(element)
		delete(i.byName, name)
	}
}

// surplus removes the pool that is the longest idle if there are too many, or
// if it is over.
func (i *idlePools) surplus(now time.Time) (name string, found bool) {
	first := i.order.Front()
	if first == nil {
		return "", false
	}
	oldest := first.Value.(idlePool)
	if i.order.Len() <= maxIdlePools && oldest.until.After(now) {
		return "", false
	}
	i.remove(oldest.name)
	return oldest.name, true
}

// discardIdle removes what the store keeps of pools that are idle for too long,
// or that are too many.
func (e *Engine) discardIdle(ctx context.Context) {
	for {
		e.mu.Lock()
		name, found := e.idle.surplus(e.now())
		e.mu.Unlock()
		if !found {
			return
		}
		if _, err := e.config.Store.Ask(ctx, discardScript, e.config.clock, e.poolKeys(name)[:1]); err != nil {
			e.config.Logger.WarnContext(ctx, "discard an idle pool: the store will", "error", err)
		}
	}
}

package signalingredis

import (
	"sync"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/schedule"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

// copied is a room as this node knows it. A node keeps one for as long as it
// has streams or calls in the room.
type copied struct {
	id, tag string
	users   int // calls and streams; guarded by Engine.mu

	mu      sync.Mutex // guards the following fields
	version version
	room    *room.Room // nil: there is none, or it is not known yet
	signals map[room.Key]heldSignal
	watches []*watch // streams of this node
	due     schedule.Call
	counted map[string]int64 // what is held, as the store told when it refused; nil: within limits
}

type heldSignal struct {
	stamp  room.Instant
	signal signaling.Signal
}

// acquire returns this node's copy of a room. The caller releases it.
func (e *Engine) acquire(id string) *copied {
	e.mu.Lock()
	defer e.mu.Unlock()
	held := e.rooms[id]
	if held == nil {
		held = &copied{id: id, tag: e.tagOf(id), signals: make(map[room.Key]heldSignal)}
		e.rooms[id] = held
	}
	held.users++
	return held
}

func (e *Engine) release(held *copied) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if held.users--; held.users > 0 {
		return
	}
	delete(e.rooms, held.id)
	held.mu.Lock()
	defer held.mu.Unlock()
	held.due.Stop()
}

// find returns the copy of a room, if there is one.
func (e *Engine) find(id string) *copied {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.rooms[id]
}

// all returns the copies of rooms, of one tag or of all if it is empty.
func (e *Engine) all(tag string) []*copied {
	e.mu.Lock()
	defer e.mu.Unlock()
	var list []*copied
	for _, held := range e.rooms {
		if tag == "" || held.tag == tag {
			list = append(list, held)
		}
	}
	return list
}

// adoptLocked takes a state of the room that is later than the copy's.
func (e *Engine) adoptLocked(held *copied, v version, r *room.Room) {
	for _, w := range held.watches {
		if w.last == nil {
			w.last = w.reader.Last(held.room) // the next state may not tell any more
		}
	}
	held.version, held.room = v, r
	for key := range held.signals {
		if r == nil || !r.Has(key) {
			delete(held.signals, key)
		}
	}
	e.scheduleLocked(held)
	for _, w := range held.watches {
		w.lost = w.lost || w.reader.Check(r) != nil
		w.wake()
	}
	e.takeUpLocked(held)
	e.recordLocked(held)
}

// takeUpLocked takes up the streams that the store took from this node because
// it said nothing for too long.
func (e *Engine) takeUpLocked(held *copied) {
	for _, w := range held.watches {
		if held.room == nil || w.lost || held.room.Reason != 0 {
			continue
		}
		if m := &held.room.Members[w.slot]; m.Stream == w.stream && m.Node == "" && m.State != signaling.Left {
			e.later(task{held.id, &call{do: func(c *room.Change) error {
				c.TakeUp(w.slot, w.stream, e.node)
				return nil
			}}})
		}
	}
}

// recordLocked tells other nodes what streams of this node were given, if a
// sender asks for it to make room.
func (e *Engine) recordLocked(held *copied) {
	for _, w := range held.watches {
		if held.room == nil || w.lost || !w.reader.Open(held.room) || !held.room.Members[w.slot].Inbox.Crowded(w.reader.Offset()) {
			continue
		}
		e.later(task{held.id, &call{do: func(c *room.Change) error {
			c.Record()
			return nil
		}}})
		return
	}
}

// scheduleLocked lets what is due in the room happen by itself.
func (e *Engine) scheduleLocked(held *copied) {
	if e.config.clock != nil {
		return // the test does
	}
	due := room.Instant(0)
	if held.room != nil && len(held.watches) > 0 {
		due = held.room.Due()
	}
	if due == 0 {
		held.due.Stop()
		return
	}
	// Nodes do it at different moments: the first does it for all.
	wait := max(due.Sub(room.Instant(e.time.Now())), 0) + spread()
	held.due.After(&held.mu, wait, func() {
		e.later(task{held.id, nothing()})
	})
}

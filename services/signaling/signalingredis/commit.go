package signalingredis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

const (
	// callsAtOnce is how many calls of one room share a commit.
	callsAtOnce = 16
	// longestCall bounds how long a call changes a room again because others
	// were first.
	longestCall = 4 * time.Second
)

// A call changes a room. It may be made several times until the store takes
// what comes of it, and again when a reply was lost: doing the same to a room in
// which it was done must change nothing.
type call struct {
	do func(c *room.Change) error
	// committed is told the room once the store has it, with the copy locked.
	// It is not called when do returned an error. May be nil.
	committed func(held *copied, r *room.Room)
	makes     bool   // the room is probably new
	due       bool   // only what is due
	row       string // of streams: the store must list it if, and only if, the room has such a stream

	err  error
	done chan struct{}
}

// change makes a call on a room and waits for it, also when ctx ends. Calls
// that come while a commit is on its way share the next one.
func (e *Engine) change(ctx context.Context, id string, c *call) error {
	held := e.acquire(id)
	defer e.release(held)
	c.done = make(chan struct{})
	held.mu.Lock()
	held.waiting = append(held.waiting, c)
	leads := !held.busy
	held.busy = true
	held.mu.Unlock()
	if leads {
		e.commitWaiting(held, c)
	}
	<-c.done
	if errors.Is(c.err, signaling.ErrUnavailable) && ctx.Err() != nil {
		return ctx.Err()
	}
	return c.err
}

// commitWaiting commits what waits until the given call is done, and lets
// another goroutine go on if there is more.
func (e *Engine) commitWaiting(held *copied, until *call) {
	for {
		held.mu.Lock()
		n := min(len(held.waiting), callsAtOnce)
		calls := held.waiting[:n:n]
		held.waiting = held.waiting[n:]
		held.busy = n > 0
		held.mu.Unlock()
		if n == 0 {
			return
		}
		err := e.commit(held, calls)
		mine := false
		for _, c := range calls {
			if err != nil {
				c.err = err
			}
			mine = mine || c == until
			close(c.done)
		}
		if mine {
			e.commitRest(held)
			return
		}
	}
}

// commitRest lets another goroutine commit what has come meanwhile.
func (e *Engine) commitRest(held *copied) {
	held.mu.Lock()
	held.busy = len(held.waiting) > 0
	rest := held.busy
	held.mu.Unlock()
	if !rest {
		return
	}
	e.acquire(held.id) // the caller has it, so it is the same
	go func() {
		defer e.release(held)
		e.commitWaiting(held, nil)
	}()
}

// commit makes calls on the room until the store takes the result.
func (e *Engine) commit(held *copied, calls []*call) error {
	began := time.Now()
	var counted map[string]int64 // what is held, as far as the store told
	if err := e.load(held, calls); err != nil {
		return err
	}
	for {
		held.mu.Lock()
		p := e.prepareLocked(held, calls, counted)
		held.mu.Unlock()
		if p == nil { // there is no room, and there was none
			return nil
		}
		r, err := e.config.Store.Ask(context.Background(), commitScript, e.config.clock, e.keys(held), p.arguments...)
		if err == nil {
			e.time.learn(r.Number(1))
			counted, err = e.conclude(held, calls, p, r)
		}
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, errAgain):
			return fmt.Errorf("commit room: %w", storeError(err))
		case time.Since(began) > longestCall:
			return fmt.Errorf("commit room: %w: others change it at once", signaling.ErrUnavailable)
		}
	}
}

// errAgain means that the calls must be made again.
var errAgain = errors.New("again")

// conclude takes up what the store says of a commit.
func (e *Engine) conclude(held *copied, calls []*call, p *proposal, r redisstore.Reply) (counted map[string]int64, err error) {
	held.mu.Lock()
	defer held.mu.Unlock()
	switch status := r.Text(0); status {
	case "done", "same":
		e.committedLocked(held, calls, p)
		return nil, r.Err()
	case "changed":
		if err := e.receiveLocked(held, p.expected, r.List(2)); err != nil {
			return nil, err
		}
		return nil, errAgain
	case "clock":
		return nil, errAgain
	case "limit":
		counted = make(map[string]int64)
		for i, values := 0, r.List(2); i < values.Len() && i < len(p.counters); i++ {
			counted[p.counters[i]] = values.Number(i)
		}
		return counted, errAgain
	default:
		r.Fail(fmt.Errorf("unknown status %q", status))
		return nil, r.Err()
	}
}

// committedLocked is what follows when the store has taken a proposal, or has
// confirmed that it changes nothing.
func (e *Engine) committedLocked(held *copied, calls []*call, p *proposal) {
	c := p.change
	for _, stored := range c.Stored {
		held.signals[stored.Key] = heldSignal{stored.Stamp, stored.Signal}
	}
	for i, made := range calls {
		made.err = p.errs[i]
		if made.err == nil && made.committed != nil && c.Room != nil {
			made.committed(held, c.Room)
		}
	}
	if p.version.later(held.version) || c.Room == nil {
		e.adoptLocked(held, p.version, c.Room)
		return
	}
	e.scheduleLocked(held)
	for _, w := range held.watches { // a later state is here already
		w.wake()
	}
}

// load reads a room that this node does not know, unless a call is about to
// make it.
func (e *Engine) load(held *copied, calls []*call) error {
	held.mu.Lock()
	known := held.room != nil
	held.mu.Unlock()
	for _, c := range calls {
		known = known || c.makes
	}
	if known {
		return nil
	}
	return e.read(held)
}

// read asks the store for a room.
func (e *Engine) read(held *copied) error {
	held.mu.Lock()
	expected := held.version
	held.mu.Unlock()
	r, err := e.config.Store.Ask(context.Background(), readScript, e.config.clock, []string{e.roomKey(held.tag, held.id)})
	if err != nil {
		return fmt.Errorf("read room: %w", storeError(err))
	}
	e.time.learn(r.Number(0))
	held.mu.Lock()
	defer held.mu.Unlock()
	return e.receiveLocked(held, expected, r.List(1))
}

// storeError says what a caller can do about an error of the store.
func storeError(err error) error {
	if errors.Is(err, redisstore.ErrUnavailable) {
		return fmt.Errorf("%w: %w", signaling.ErrUnavailable, err)
	}
	return err
}

package signalingredis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

const (
	// callsAtOnce is how many calls share one script.
	callsAtOnce = 32
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
	// listed says that the store lists the room as due or as one with streams of
	// a node, which may be wrong: the list is written again. row is that of the
	// node; empty: none.
	listed bool
	row    string

	held  *copied
	began time.Time
	err   error
	done  chan struct{}
}

// A lane carries the calls on the rooms of one tag to the store. Calls that come
// while a script is on its way share the next one.
type lane struct {
	engine *Engine
	tag    string

	mu      sync.Mutex // guards the following fields
	waiting []*call
	busy    bool // a script is on its way
}

// change makes a call on a room and waits for it, also when ctx ends.
func (e *Engine) change(ctx context.Context, id string, c *call) error {
	c.held, c.began, c.done = e.acquire(id), time.Now(), make(chan struct{})
	defer e.release(c.held)
	l := e.lanes[c.held.tag]
	l.mu.Lock()
	l.waiting = append(l.waiting, c)
	idle := !l.busy
	l.busy = true
	l.mu.Unlock()
	if idle {
		go l.work() //nolint:contextcheck // it works for others too, and is bounded by the store's own timeouts
	}
	<-c.done
	if errors.Is(c.err, signaling.ErrUnavailable) && ctx.Err() != nil {
		return ctx.Err()
	}
	return c.err
}

// work commits what waits, until nothing does.
func (l *lane) work() {
	for {
		l.mu.Lock()
		n := min(len(l.waiting), callsAtOnce)
		calls := slices.Clone(l.waiting[:n])
		l.waiting = l.waiting[n:]
		l.busy = n > 0
		l.mu.Unlock()
		if n == 0 {
			return
		}
		again := l.commit(calls)
		l.mu.Lock()
		l.waiting = append(again, l.waiting...)
		l.mu.Unlock()
	}
}

// commit makes calls on their rooms, gives the store what comes of it, and
// returns the calls that must be made again.
func (l *lane) commit(calls []*call) (again []*call) {
	e := l.engine
	proposals := e.prepare(calls)
	keys, arguments := e.tagKeys(l.tag), e.preamble(proposals)
	for _, p := range proposals {
		keys, arguments = append(keys, e.roomKey(l.tag, p.held.id)), append(arguments, p.arguments...)
	}
	r, err := e.config.Store.Ask(context.Background(), commitScript, e.config.clock, keys, arguments...)
	if err == nil {
		e.time.Learn(r.Number(0))
	}
	if err == nil && r.List(1).Len() != len(proposals) {
		r.Fail(errors.New("another number of rooms"))
		err = r.Err()
	}
	if err != nil && len(proposals) > 1 && !errors.Is(err, redisstore.ErrUnavailable) {
		for _, p := range proposals { // one of them is at fault, and only that one fails
			again = append(again, l.commit(p.calls)...)
		}
		return again
	}
	for i, p := range proposals {
		result := err
		if result == nil {
			result = e.conclude(p, r.List(1).List(i))
		}
		again = append(again, p.finish(result)...)
	}
	return again
}

// finish ends the calls of a proposal, and returns those that must be made
// again.
func (p *proposal) finish(result error) (again []*call) {
	for i, c := range p.calls {
		switch {
		case result == nil:
			c.err = p.errs[i]
		case !errors.Is(result, errAgain):
			c.err = fmt.Errorf("commit room: %w", storeError(result))
		case time.Since(c.began) > longestCall:
			c.err = fmt.Errorf("commit room: %w: others change it at once", signaling.ErrUnavailable)
		default:
			again = append(again, c)
			continue
		}
		close(c.done)
	}
	return again
}

// errAgain means that calls must be made again.
var errAgain = errors.New("again")

// conclude takes up what the store says of a proposal.
func (e *Engine) conclude(p *proposal, r redisstore.Reply) error {
	held := p.held
	held.mu.Lock()
	defer held.mu.Unlock()
	held.counted = nil
	switch status := r.Text(0); status {
	case "done", "same":
		e.committedLocked(p)
		return r.Err()
	case "changed":
		if err := e.receiveLocked(held, p.expected, r.List(1)); err != nil {
			return err
		}
	case "clock":
	case "limit":
		held.counted = make(map[string]int64)
		for i, values := 0, r.List(1); i < values.Len() && i < len(p.counters); i++ {
			held.counted[p.counters[i]] = values.Number(i)
		}
	default:
		r.Fail(fmt.Errorf("unknown status %q", status))
		return r.Err()
	}
	return errAgain
}

// committedLocked is what follows when the store has taken a proposal, or has
// confirmed that it changes nothing.
func (e *Engine) committedLocked(p *proposal) {
	c, held := p.change, p.held
	for _, stored := range c.Stored {
		held.signals[stored.Key] = heldSignal{stored.Stamp, stored.Signal}
	}
	for i, made := range p.calls {
		if p.errs[i] == nil && made.committed != nil && c.Room != nil {
			made.committed(held, c.Room)
		}
	}
	if p.version.later(held.version) || c.Room == nil && held.version == p.expected {
		e.adoptLocked(held, p.version, c.Room)
		return
	}
	e.scheduleLocked(held)
	for _, w := range held.watches { // a later state is here already
		w.wake()
	}
}

// read asks the store for a room.
func (e *Engine) read(ctx context.Context, held *copied) error {
	held.mu.Lock()
	expected := held.version
	held.mu.Unlock()
	r, err := e.config.Store.Ask(ctx, readScript, e.config.clock, []string{e.roomKey(held.tag, held.id)})
	if err != nil {
		return fmt.Errorf("read room: %w", storeError(err))
	}
	e.time.Learn(r.Number(0))
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

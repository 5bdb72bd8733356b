package signalingredis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

const (
	// defaultLease is how long the streams of a node last that says nothing.
	defaultLease = 8 * time.Second
	// renewals is how often in a lease a node renews it.
	renewals = 4
	// idleTurns is after how many renewals a node looks at a tag in which it has
	// no streams.
	idleTurns = 3
	// tasksAtOnce bounds what the background asks of the store at a time, and
	// tasksWaiting what waits for that.
	tasksAtOnce, tasksWaiting = 32, 4096
	// dueAtOnce is how many rooms one call returns.
	dueAtOnce = 100
)

// Run does the engine's work in the background until ctx ends: it hears of
// what other nodes do, keeps the streams of this node alive and does what is
// due in rooms that nobody uses.
func (e *Engine) Run(ctx context.Context) {
	e.run(ctx, func() {
		e.config.Store.Subscribe(ctx, e.channel(e.node), e.hear, func() { e.later(task{}) })
	})
}

func (e *Engine) run(ctx context.Context, subscribe func()) {
	var all sync.WaitGroup
	all.Go(subscribe)
	all.Go(func() { e.keepTending(ctx) })
	all.Go(func() { e.keepWorking(ctx) })
	all.Wait()
}

// A task is work for which nobody waits: a call on a room. Without a call the
// room is read, and without a room all.
type task struct {
	id   string
	call *call
}

// later lets Run do a task soon. When there are too many it is left out: what
// it would have mended is found again as this node compares its streams with
// the store's.
func (e *Engine) later(t task) {
	select {
	case e.tasks <- t:
	default:
	}
}

func (e *Engine) keepWorking(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	free := make(chan struct{}, tasksAtOnce)
	for {
		select {
		case t := <-e.tasks:
			free <- struct{}{}
			all.Go(func() {
				defer func() { <-free }()
				e.do(ctx, t)
			})
		case <-ctx.Done():
			return
		}
	}
}

// do does a task, and again a second later when the store does not answer.
func (e *Engine) do(ctx context.Context, t task) {
	var err error
	switch {
	case t.id == "":
		e.readAll("")
	case t.call != nil:
		err = e.change(ctx, t.id, t.call)
	default:
		held := e.acquire(t.id)
		defer e.release(held)
		err = e.read(ctx, held)
	}
	if errors.Is(err, signaling.ErrUnavailable) && ctx.Err() == nil {
		time.AfterFunc(time.Second, func() { e.later(t) })
	} else if err != nil && ctx.Err() == nil {
		e.config.Logger.WarnContext(ctx, "signaling: work on a room", "error", err)
	}
}

// readAll lets the rooms of a tag in which this node has streams be read again;
// those of all tags if it is empty.
func (e *Engine) readAll(tag string) {
	for _, held := range e.all(tag) {
		e.later(task{id: held.id})
	}
}

// An echo tells whether messages come through: a node sends itself one now and
// then.
type echo struct {
	sent, heard atomic.Int64
}

func (e *echo) send() { e.sent.Add(1) }
func (e *echo) hear() { e.heard.Store(e.sent.Load()) }

// missing reports whether nothing was heard since the last message was sent.
func (e *echo) missing() bool { return e.sent.Load() > e.heard.Load() }

func (e *Engine) keepTending(ctx context.Context) {
	failed := false
	for turn := 0; ; turn++ {
		select {
		case <-time.After(jitter(e.config.lease / renewals)):
		case <-ctx.Done():
			return
		}
		if e.echo.missing() {
			e.readAll("")
		}
		err := e.tendAll(ctx, turn%idleTurns == 0)
		if err != nil && ctx.Err() == nil && !failed {
			e.config.Logger.WarnContext(ctx, "signaling: tend rooms", "error", err)
		}
		failed = err != nil
	}
}

// tendAll tends the tags in which this node has streams, or all.
func (e *Engine) tendAll(ctx context.Context, idle bool) error {
	channel := e.channel(e.node) // for one of them
	for _, tag := range e.tags {
		if !idle && len(e.streaming(tag)) == 0 {
			continue
		}
		if channel != "" {
			e.echo.send()
		}
		if _, err := e.tend(ctx, tag, channel); err != nil {
			return err
		}
		channel = ""
	}
	return nil
}

// streaming returns the rooms of a tag in which this node has streams.
func (e *Engine) streaming(tag string) map[string]bool {
	ids := make(map[string]bool)
	for _, held := range e.all(tag) {
		held.mu.Lock()
		if slices.Contains(held.room.Nodes(), e.node) {
			ids[held.id] = true
		}
		held.mu.Unlock()
	}
	return ids
}

// tend renews this node's lease in a tag, does what is due there, and returns
// in how long something is again. Negative: never.
func (e *Engine) tend(ctx context.Context, tag, channel string) (time.Duration, error) {
	for {
		before := e.streaming(tag)
		lease := int64(0)
		if len(before) > 0 {
			lease = e.config.lease.Microseconds()
		}
		r, err := e.config.Store.Ask(ctx, tendScript, e.config.clock, e.tagKeys(tag),
			e.node, strconv.FormatInt(lease, 10), strconv.Itoa(len(before)),
			strconv.FormatInt(keptFor.Milliseconds(), 10), strconv.Itoa(dueAtOnce), channel)
		if err != nil {
			return 0, fmt.Errorf("tend rooms: %w", storeError(err))
		}
		e.time.learn(r.Number(0))
		due, lapsed, wait := r.List(1).Texts(), r.List(2), time.Duration(r.Number(5))*time.Microsecond
		if r.Number(3) == 1 {
			e.compare(tag, r.List(4).Texts(), before)
		}
		calls := e.lapses(lapsed)
		forgotten := e.due(due, calls)
		if err := errors.Join(r.Err(), e.changeAll(ctx, calls), e.forget(ctx, tag, forgotten)); err != nil {
			return 0, err
		}
		if len(due)+lapsed.Len() == 0 {
			return wait, nil
		}
	}
}

// due adds the rooms in which something is due, named as in the sorted set of
// deadlines, to calls, and returns those that are to be forgotten.
func (e *Engine) due(members []string, calls map[string]*call) (forgotten []string) {
	for _, member := range members {
		switch kind, id, _ := strings.Cut(member, "|"); {
		case kind == "f":
			forgotten = append(forgotten, member)
		case calls[id] == nil:
			calls[id] = nothing()
		}
	}
	return forgotten
}

// nothing is a call that does only what is due.
func nothing() *call { return &call{do: func(*room.Change) error { return nil }} }

// lapses are the calls that end the streams of nodes whose lease has ended: for
// each the node, when that was, and rows of streams.
func (e *Engine) lapses(r redisstore.Reply) map[string]*call {
	calls := make(map[string]*call)
	for i := range r.Len() {
		node, ended, rows := r.List(i).Text(0), room.Instant(r.List(i).Number(1)), r.List(i).List(2).Texts()
		for _, row := range rows {
			_, id, _ := strings.Cut(row, "|")
			calls[id] = &call{row: row, do: func(c *room.Change) error {
				c.Lapse(node, ended)
				return nil
			}}
		}
	}
	return calls
}

// changeAll makes calls on rooms at once: they share scripts.
func (e *Engine) changeAll(ctx context.Context, calls map[string]*call) error {
	var all sync.WaitGroup
	errs := make(chan error, len(calls))
	for id, c := range calls {
		all.Go(func() { errs <- e.change(ctx, id, c) })
	}
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// forget deletes rooms, named as in the sorted set of deadlines.
func (e *Engine) forget(ctx context.Context, tag string, members []string) error {
	if len(members) == 0 {
		return nil
	}
	keys := e.tagKeys(tag)[:2]
	for _, member := range members {
		_, id, _ := strings.Cut(member, "|")
		keys = append(keys, e.roomKey(tag, id))
	}
	if _, err := e.config.Store.Ask(ctx, forgetScript, e.config.clock, keys, members...); err != nil {
		return fmt.Errorf("forget rooms: %w", storeError(err))
	}
	return nil
}

// compare is for a tag in which the store lists other streams of this node than
// there are: after a lost message or reply, an expired lease, or data loss. What
// changes meanwhile is no difference.
func (e *Engine) compare(tag string, rows []string, before map[string]bool) {
	after, listed := e.streaming(tag), make(map[string]bool)
	for _, row := range rows {
		_, id, _ := strings.Cut(row, "|")
		listed[id] = true
		if !before[id] && !after[id] {
			e.check(id)
		}
	}
	for id := range before {
		if after[id] && !listed[id] {
			e.check(id)
		}
	}
}

// check lets the store list this node in a room if, and only if, it has a
// stream there.
func (e *Engine) check(id string) {
	c := nothing()
	c.row = e.node + "|" + id
	e.later(task{id, c})
}

// endUnknownLocked ends the streams that the room lists here and that this node
// does not have.
func (e *Engine) endUnknownLocked(held *copied, c *room.Change) {
	if c.Room == nil {
		return
	}
	for slot := range c.Room.Members {
		if m := &c.Room.Members[slot]; m.Node == e.node && !held.hasLocked(m.Stream) {
			c.Part(slot, m.Stream)
		}
	}
}

// hasLocked reports whether this node has a stream.
func (held *copied) hasLocked(stream string) bool {
	for _, w := range held.watches {
		if w.stream == stream {
			return true
		}
	}
	return false
}

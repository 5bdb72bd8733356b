package signalingredis

import (
	"context"
	"errors"
	"fmt"
	"maps"
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

// later lets Run do a task soon, unless too many wait.
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
		e.readAll()
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

// readAll lets all rooms in which this node has streams be read again.
func (e *Engine) readAll() {
	for _, held := range e.all("") {
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
			e.readAll()
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
		if !idle && !e.streams(tag) {
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

// streams reports whether this node has streams in rooms of a tag.
func (e *Engine) streams(tag string) bool {
	for _, held := range e.all(tag) {
		held.mu.Lock()
		here := slices.Contains(held.room.Nodes(), e.node)
		held.mu.Unlock()
		if here {
			return true
		}
	}
	return false
}

// tend renews this node's lease in a tag, does what is due there, and returns
// in how long something is again. Negative: never.
func (e *Engine) tend(ctx context.Context, tag, channel string) (time.Duration, error) {
	for before := map[string]*call(nil); ; {
		lease := int64(0)
		if e.streams(tag) {
			lease = e.config.lease.Microseconds()
		}
		r, err := e.config.Store.Ask(ctx, tendScript, e.config.clock, e.tagKeys(tag),
			e.node, strconv.FormatInt(lease, 10), strconv.FormatInt(keptFor.Milliseconds(), 10), strconv.Itoa(dueAtOnce), channel)
		if err != nil {
			return 0, fmt.Errorf("tend rooms: %w", storeError(err))
		}
		e.time.Learn(r.Number(0))
		calls := lapses(r.List(2))
		for _, id := range r.List(1).Texts() {
			if calls[id] == nil {
				calls[id] = nothing()
				calls[id].listed = true
			}
		}
		wait := time.Duration(r.Number(3)) * time.Microsecond
		// The same again: by this node's clock nothing is due yet.
		again := maps.EqualFunc(before, calls, func(*call, *call) bool { return true })
		if err := errors.Join(r.Err(), e.changeAll(ctx, calls)); err != nil || len(calls) == 0 || again {
			return wait, err
		}
		before = calls
	}
}

// nothing is a call that does only what is due.
func nothing() *call { return &call{do: func(*room.Change) error { return nil }} }

// lapses are the calls that end the streams of nodes whose lease has ended: for
// each the node, when that was, and rows of streams.
func lapses(r redisstore.Reply) map[string]*call {
	calls := make(map[string]*call)
	for i := range r.Len() {
		node, ended, rows := r.List(i).Text(0), room.Instant(r.List(i).Number(1)), r.List(i).List(2).Texts()
		for _, row := range rows {
			_, id, _ := strings.Cut(row, "|")
			calls[id] = &call{listed: true, row: row, do: func(c *room.Change) error {
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

package signalingredis

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"
)

const (
	// renewTick is how often the node looks which of its streams must show that
	// they live.
	renewTick = 100 * time.Millisecond
	// pollsAtOnce bounds what the background asks of the store at a time.
	pollsAtOnce = 32
	// tendEvery is how often a node looks for rooms in which something was due.
	tendEvery = 5 * time.Second
	// dueAtOnce is how many of them one call returns.
	dueAtOnce = 100
	// keptFor is how long what all rooms share outlives the last node, as long
	// as a room does.
	keptFor = time.Hour
)

// Run does the engine's work in the background until ctx ends: it hears of
// what other nodes do, keeps the streams of this node alive and does what is
// due in rooms that nobody uses.
func (e *Engine) Run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() {
		e.config.Store.Subscribe(ctx, e.channel(e.node), func(roomID string) { e.local.wake(roomID, nil) }, e.wakeAll)
	})
	all.Go(func() { e.keepRenewing(ctx) })
	all.Go(func() { e.keepTending(ctx) })
	all.Wait()
}

func (e *Engine) wakeAll() {
	for _, w := range e.local.all() {
		w.wake()
	}
}

func (e *Engine) keepRenewing(ctx context.Context) {
	ticker := time.NewTicker(renewTick)
	defer ticker.Stop()
	var all sync.WaitGroup
	defer all.Wait()
	free := make(chan struct{}, pollsAtOnce)
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		for _, w := range e.local.all() {
			if !w.due() {
				continue
			}
			select {
			case free <- struct{}{}:
			case <-ctx.Done():
				return
			}
			all.Go(func() {
				defer func() { <-free }()
				_ = w.poll(ctx, false) // Next says what is wrong; the next time is soon
			})
		}
	}
}

// due reports whether the stream must show that it lives, and says so once.
func (w *watch) due() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.life == "" || w.overLocked() || time.Now().Before(w.renew) {
		return false
	}
	w.renewLocked()
	return true
}

func (e *Engine) keepTending(ctx context.Context) {
	for {
		select {
		case <-time.After(jitter(tendEvery)):
		case <-ctx.Done():
			return
		}
		for _, tag := range e.tags {
			if _, err := e.tend(ctx, tag); err != nil {
				if ctx.Err() == nil {
					e.config.Logger.Warn("signaling: tend rooms", "error", err)
				}
				break
			}
		}
	}
}

// tend does what was due in the rooms of a tag, and returns in how long
// something is again. Negative: never.
func (e *Engine) tend(ctx context.Context, tag string) (time.Duration, error) {
	for {
		message, err := e.config.Store.Run(ctx, dueScript, e.config.clock, []string{e.key(tag, "due"), e.key(tag, "held")},
			strconv.Itoa(dueAtOnce), strconv.FormatInt(keptFor.Milliseconds(), 10))
		if err != nil {
			return 0, fmt.Errorf("list due rooms: %w", storeError(ctx, err))
		}
		r := newReply(message)
		rooms := r.in(0)
		for i := range rooms.list {
			if _, err := e.run(ctx, tendScript, rooms.text(i), nil); err != nil {
				return 0, err
			}
		}
		if *r.err != nil || len(rooms.list) == 0 {
			return time.Duration(r.number(1)) * time.Microsecond, *r.err
		}
	}
}

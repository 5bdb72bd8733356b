package matchmakingmem

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

type watch struct {
	*matchmaking.EventQueue

	engine *Engine
	ticket *ticket
	opened time.Time
}

func newWatch(e *Engine, t *ticket, events ...matchmaking.Event) *watch {
	w := &watch{engine: e, ticket: t, opened: time.Now(), EventQueue: matchmaking.NewEventQueue()}
	for _, event := range events {
		w.Tell(event)
	}
	return w
}

// Close implements matchmaking.Watch.
func (w *watch) Close() {
	w.engine.mu.Lock()
	defer w.engine.mu.Unlock()
	if w.ticket.watch == w {
		w.engine.parkLocked(w.ticket, time.Since(w.opened))
	}
}

package p2p

import (
	"sync"
	"time"
)

// Silence lets this side seem to be gone to its peers for a while, and they to it: what
// either sends on the connections of now is held back until then, and nothing of it is
// lost. After six seconds of
// silence both sides begin to repair the link, after five more they try a new path. It is
// for people who want to see that. It does not block; during a silence it does nothing.
func (r *Room) Silence(duration time.Duration) {
	for _, link := range r.links {
		if connection := link.current(); connection != nil && connection.shut() {
			time.AfterFunc(duration, connection.open)
		}
	}
}

// shut holds back what either side sends on the connection, until open. It returns false
// if that is held back already.
func (c *connection) shut() bool { return c.outgoing.shut() && c.incoming.shut() }

func (c *connection) open() {
	c.outgoing.open()
	c.incoming.open()
}

// gate holds back work while it is shut. Safe for concurrent use; the zero value is open.
type gate struct {
	mu     sync.Mutex // guards the following fields
	closed bool
	held   []func()
}

// shut shuts the gate. It returns false if it is shut.
func (g *gate) shut() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := g.closed
	g.closed = true
	return !was
}

// open does what was held back, in order, and opens the gate.
func (g *gate) open() {
	for {
		g.mu.Lock()
		if len(g.held) == 0 {
			g.closed = false
			g.mu.Unlock()
			return
		}
		work := g.held[0]
		g.held = g.held[1:]
		g.mu.Unlock()
		work()
	}
}

// pass does work now, or when the gate opens. It reports whether it was done now.
func (g *gate) pass(work func()) bool {
	g.mu.Lock()
	if g.closed {
		g.held = append(g.held, work)
		g.mu.Unlock()
		return false
	}
	g.mu.Unlock()
	work()
	return true
}

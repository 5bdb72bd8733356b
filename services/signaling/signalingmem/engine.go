// Package signalingmem keeps rooms in the memory of one process. It is the
// default engine, enough for one node; after a restart rooms are recreated from
// their tokens. Package room has the rules.
package signalingmem

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/schedule"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/room"
)

var _ signaling.Engine = (*Engine)(nil)

// here is the only node there is.
const here = "here"

// Config says what an Engine may hold. The zero value is ready to use.
type Config struct {
	// Limits hold for the whole engine.
	Limits signaling.Limits
	// JoinTimeout is how long the members after the first have to join.
	// Zero: signaling.JoinTimeout.
	JoinTimeout time.Duration
}

// Engine is a signaling.Engine in memory. It runs no goroutine.
type Engine struct {
	joinTimeout time.Duration

	mu      sync.Mutex // guards the following fields and everything they reach
	rooms   map[string]*heldRoom
	held    holdings
	streams uint64 // opened so far
}

// A heldRoom is a room with what it does not hold itself.
type heldRoom struct {
	id      string
	room    *room.Room // the last one, once it is forgotten
	signals map[room.Key]signaling.Signal
	watches []*watch
	due     schedule.Call
	dueAt   room.Instant // when due is scheduled for; zero: it is not
}

// New returns an empty engine.
func New(config Config) *Engine {
	if config.JoinTimeout == 0 {
		config.JoinTimeout = signaling.JoinTimeout
	}
	return &Engine{
		joinTimeout: config.JoinTimeout,
		rooms:       make(map[string]*heldRoom),
		held:        newHoldings(config.Limits),
	}
}

// Join implements signaling.Engine.
func (e *Engine) Join(_ context.Context, pass signaling.Pass, entry signaling.Entry) (signaling.Watch, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.streams++
	stream := strconv.FormatUint(e.streams, 10)
	var last signaling.Event
	held, err := e.changeLocked(pass.RoomID, func(c *room.Change) (err error) {
		last, err = c.Join(pass, room.Opening{
			Stream: stream, Node: here, Entry: entry, Timeout: e.joinTimeout,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	w := &watch{engine: e, room: held, slot: pass.Slot, stream: stream, last: last, ready: make(chan struct{}, 1)}
	if last == nil {
		w.reader = room.NewReader(held.room, pass)
		held.watches = append(held.watches, w)
	}
	return w, nil
}

// Append implements signaling.Engine.
func (e *Engine) Append(_ context.Context, pass signaling.Pass, peerID string, firstSeq uint64, signals []signaling.Signal) (stored uint64, err error) {
	to, err := room.PeerOf(pass, peerID)
	if err != nil {
		return 0, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, err = e.changeLocked(pass.RoomID, func(c *room.Change) (err error) {
		stored, err = c.Append(pass, to, firstSeq, signals)
		return err
	})
	return stored, err
}

// Leave implements signaling.Engine.
func (e *Engine) Leave(_ context.Context, pass signaling.Pass) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, err := e.changeLocked(pass.RoomID, func(c *room.Change) error { return c.Leave(pass) })
	return err
}

// Report implements signaling.Engine.
func (e *Engine) Report(_ context.Context, pass signaling.Pass, peerID string, outcome signaling.Outcome) (confirmed bool, err error) {
	peer, err := room.PeerOf(pass, peerID)
	if err != nil {
		return false, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, err = e.changeLocked(pass.RoomID, func(c *room.Change) (err error) {
		confirmed, err = c.Report(pass, peer, outcome)
		return err
	})
	return confirmed, err
}

// changeLocked changes a room and keeps what becomes of it.
func (e *Engine) changeLocked(id string, do func(c *room.Change) error) (*heldRoom, error) {
	held, known := e.rooms[id]
	if !known {
		held = &heldRoom{id: id, signals: make(map[room.Key]signaling.Signal)}
	}
	c := room.Begin(held.room, room.At(time.Now()), e.held.allow)
	for _, w := range held.watches {
		c.Deliver(w.slot, w.stream, w.reader.Offset())
	}
	err := do(c)
	for _, key := range c.Dropped {
		delete(held.signals, key)
	}
	for _, signal := range c.Stored {
		held.signals[signal.Key] = signal.Signal
	}
	e.held.add(c.Held)
	if c.Room == nil {
		held.due.Stop()
		delete(e.rooms, id)
		return held, err
	}
	held.room, e.rooms[id] = c.Room, held
	if c.Dirty() {
		e.dueLocked(held)
		for _, w := range held.watches {
			w.wake()
		}
	}
	return held, err
}

// dueLocked schedules what happens in the room by itself.
func (e *Engine) dueLocked(held *heldRoom) {
	due := held.room.Due()
	if due == held.dueAt {
		return
	}
	if held.dueAt = due; due == 0 {
		held.due.Stop()
		return
	}
	held.due.After(&e.mu, time.Until(due.Time()), func() {
		held.dueAt = 0
		_, _ = e.changeLocked(held.id, func(*room.Change) error { return nil })
		if e.rooms[held.id] == held { // the clock may have been set back meanwhile
			e.dueLocked(held)
		}
	})
}

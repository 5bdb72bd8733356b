package signalingtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// A world runs operations on an engine and on the model, and compares.
type world struct {
	ctx     context.Context
	s       Subject
	model   model
	start   time.Time
	rooms   [roomsAtOnce]*party
	bounds  signaling.Limits
	reached map[string]int // what the operations led to, and how often
	done    []string       // what they were, in words
}

// A party is the clients of one room.
type party struct {
	passes  []signaling.Pass
	clients []*client
}

type client struct {
	attempt   uint32
	watches   []*attached // the last is the current one
	bookmarks []bookmark
}

type attached struct {
	stream
	view *view
}

// boundsOf gives some of the runs bounds so tight that they are met.
func boundsOf(seed uint64) signaling.Limits {
	switch seed % 8 {
	case 0:
		return signaling.Limits{MaxRooms: 4, MaxBytesPerOwner: 40 << 10}
	case 1:
		return signaling.Limits{MaxRoomsPerOwner: 2, MaxBytes: 60 << 10}
	case 2:
		return signaling.Limits{MaxBytes: 2000, MaxBytesPerOwner: 1000}
	}
	return signaling.Limits{}
}

// play runs the operations and returns the first difference, with what led to
// it.
func play(ctx context.Context, s Subject, bounds signaling.Limits, operations []operation, reached map[string]int) error {
	w := &world{ctx: ctx, s: s.Restart(bounds), start: s.Now(), bounds: bounds, reached: reached}
	w.model = model{now: w.start, bounds: bounds, rooms: make(map[string]*modelRoom)}
	err := w.play(operations)
	if err != nil {
		return fmt.Errorf("%w\nbounds: %+v%s", err, bounds, strings.Join(w.done, ""))
	}
	return nil
}

func (w *world) play(operations []operation) error {
	for _, o := range operations {
		w.advance(o.at, 0)
		if err := w.do(o); err != nil {
			return err
		}
	}
	w.advance(999, 0)
	return w.end()
}

// note keeps what was done and when.
func (w *world) note(format string, args ...any) {
	w.done = append(w.done, fmt.Sprintf("\n%9.3f s  %s", w.model.now.Sub(w.start).Seconds(), fmt.Sprintf(format, args...)))
}

// advance lets the clock run to the given millisecond of a second, after the
// pause.
func (w *world) advance(millisecond int, pause time.Duration) {
	passed := int(w.model.now.Sub(w.start).Milliseconds() % 1000)
	d := pause + time.Duration((millisecond-passed+1000)%1000)*time.Millisecond
	w.s.Advance(d)
	w.model.advance(w.model.now.Add(d))
}

func (w *world) do(o operation) error {
	if o.kind == opMatch || w.rooms[o.room] == nil {
		w.match(o)
		return nil
	}
	p := w.rooms[o.room]
	o.slot %= len(p.passes)
	switch o.kind {
	case opGather:
		return w.gather(p, o)
	case opJoin:
		return w.join(p, o)
	case opAppend, opFill:
		return w.append(p, o)
	case opRead:
		return w.readSome(p, o)
	case opBreak:
		return w.interrupt(p.clients[o.slot], o.a%3)
	case opLeave:
		return w.leave(p, o)
	case opReport:
		return w.report(p, o)
	case opRestart:
		w.restart()
	case opAdvance:
		w.note("time passes")
		w.advance(o.at, o.pause())
	}
	return nil
}

// match gives the place of a room to a new one, of any age.
func (w *world) match(o operation) {
	if old := w.rooms[o.room]; old != nil {
		w.abandon(old)
	}
	age := [...]time.Duration{0, 0, 0, 0, 30 * time.Second, 50 * time.Second, signaling.RebornAfter + time.Second, time.Hour}[o.a%8]
	life := time.Duration(0)
	switch o.b % 20 {
	case 0:
		life = 30 * time.Second
	case 1:
		life = 200 * time.Second
	case 2:
		life = -time.Second
	}
	passes := w.s.passes(2 + [...]int{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2}[o.peer])
	w.note("room %d is a new one of %d, matched %v ago, expires in %v (0: never)", o.room, len(passes), age, life)
	p := &party{}
	for slot, pass := range passes {
		pass.MatchedAt = pass.MatchedAt.Add(-age)
		if life != 0 {
			pass.Expires = w.model.now.Add(life)
		}
		pass.Requeues = (o.b + slot) % (signaling.MaxRequeues + 1)
		pass.Owner = [...]string{"", "one", "other"}[(o.b+slot)%3]
		pass.Introduced = uint8(o.b / 20 % 4) //nolint:gosec // two bits
		p.passes = append(p.passes, pass)
		p.clients = append(p.clients, &client{attempt: 1})
	}
	w.rooms[o.room] = p
}

// gather lets those join who have no stream, in a new room if the old one is
// over.
func (w *world) gather(p *party, o operation) error {
	if room := w.model.rooms[p.passes[0].RoomID]; room != nil && room.closed != 0 {
		w.match(o)
		p = w.rooms[o.room]
	}
	for slot, c := range p.clients {
		o.slot, o.a, o.b = slot, 1, 19 // with the next attempt and the last cursor
		if len(c.watches) > 0 {
			continue
		}
		if err := w.join(p, o); err != nil {
			return fmt.Errorf("slot %d: %w", slot, err)
		}
	}
	return nil
}

func (w *world) close(in *attached) {
	in.Close()
	w.model.broken(in.view)
}

// restart loses everything but what the clients have.
func (w *world) restart() {
	for _, p := range w.rooms {
		if p != nil {
			w.abandon(p)
		}
	}
	w.note("the store is lost")
	w.s = w.s.Restart(w.bounds)
	w.model.rooms = make(map[string]*modelRoom)
	w.reached["a restart"]++
}

// abandon breaks all streams of a room.
func (w *world) abandon(p *party) {
	for _, c := range p.clients {
		for _, in := range slices.Backward(c.watches) {
			w.close(in)
		}
		c.watches = nil
	}
}

// end reads what is left and waits until nothing is held any more.
func (w *world) end() error {
	for _, p := range w.rooms {
		if p == nil {
			continue
		}
		for _, c := range p.clients {
			if err := w.read(c, true, 0); err != nil {
				return err
			}
		}
		w.abandon(p)
	}
	w.s.Advance(2*signaling.Retention + time.Second) // a room may close just before it is forgotten
	if held := w.s.Held(); held != 0 {
		return fmt.Errorf("%d things are held", held)
	}
	return nil
}

// reach counts an event or an error by what it is.
func (w *world) reach(what any) {
	switch what := what.(type) {
	case nil:
	case signaling.RoomClosed:
		w.reached[fmt.Sprintf("closed for %d, requeue %t", what.Reason, what.Requeue)]++
	case signaling.Detached:
		w.reached[fmt.Sprintf("detached for %d", what.Reason)]++
	case signaling.Event:
		w.reached[fmt.Sprintf("%T", what)]++
	default:
		w.reached[fmt.Sprint(what)]++
	}
}

package room

import (
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// Usage is what is held: rooms, and bytes of unread signals by Signal.Size.
type Usage struct{ Rooms, Bytes int }

// Plus returns the sum of two usages.
func (u Usage) Plus(more Usage) Usage { return Usage{u.Rooms + more.Rooms, u.Bytes + more.Bytes} }

// A Limit reports whether a change stays within what may be held: own is what
// the change adds for the owner until now, all what it adds in all. Nil: no
// limit.
type Limit func(owner string, own, all Usage) bool

// A Key names a stored signal: the slot of the member it was sent to, and its
// offset there.
type Key struct {
	Slot   int
	Offset uint64
}

// Stored is a signal that the engine must keep.
type Stored struct {
	Key
	Stamp  Instant // of its batch
	Signal signaling.Signal
}

// A Change is a room that is being changed. It is used by one goroutine. A call
// that returns an error has changed nothing but Inbox.Asked.
type Change struct {
	// Room is the room as it will be. Nil: there is none.
	Room *Room
	// Dropped and Stored are the signals to forget and then to keep: a room that
	// was recreated may have another signal under the same key.
	Dropped []Key
	Stored  []Stored
	// Held is what is held more, or less, for each owner.
	Held map[string]Usage

	at    Instant // when things happen: a deadline's time while it is late
	now   Instant
	limit Limit
	dirty bool
}

// Begin starts a change of a room, which may be nil, with everything that was
// due until now, in order and as of its time.
func Begin(r *Room, now Instant, limit Limit) *Change {
	c := &Change{now: now, at: now, limit: limit}
	if r != nil {
		c.Room = r.clone()
		c.catchUp()
	}
	return c
}

// Now is the time of the change.
func (c *Change) Now() Instant { return c.now }

// Dirty reports whether the room differs from the one given to Begin in
// anything but what Deliver recorded.
func (c *Change) Dirty() bool { return c.dirty }

func (c *Change) catchUp() {
	for c.Room != nil {
		due, act, slot := c.Room.next()
		if due == 0 || due > c.now {
			break
		}
		c.at, c.dirty = due, true
		act(c, slot)
	}
	c.at = c.now
}

// Due returns when something happens in the room by itself. Zero: never.
func (r *Room) Due() Instant {
	due, _, _ := r.next()
	return due
}

// next returns the earliest deadline, what it does, and to which slot.
func (r *Room) next() (due Instant, act func(*Change, int), slot int) {
	consider := func(at Instant, do func(*Change, int), to int) {
		if at != 0 && (due == 0 || at < due) {
			due, act, slot = at, do, to
		}
	}
	consider(r.VerdictAt, func(c *Change, _ int) { c.judge() }, 0)
	consider(r.IdleAt, func(c *Change, _ int) { c.close(signaling.ClosedIdle) }, 0)
	consider(r.ExpiresAt, func(c *Change, _ int) { c.close(signaling.ClosedExpired) }, 0)
	for slot := range r.Members {
		consider(r.Members[slot].LostAt, (*Change).lose, slot)
	}
	consider(r.ForgetAt, func(c *Change, _ int) { c.forget() }, 0)
	return due, act, slot
}

// ForgottenNext reports whether the next thing that happens by itself is that
// the room is forgotten.
func (r *Room) ForgottenNext() bool { return r.ForgetAt != 0 && r.Due() == r.ForgetAt }

// Holds returns what the room is charged for, by owner.
func (r *Room) Holds() map[string]Usage {
	held := map[string]Usage{r.Owner: {Rooms: 1}}
	for slot := range r.Members {
		for _, b := range r.Members[slot].Inbox.Batches {
			held[b.Owner] = held[b.Owner].Plus(Usage{Bytes: b.bytes()})
		}
	}
	return held
}

// stamp returns a stamp that is later than all before.
func (c *Change) stamp() Instant {
	c.Room.Stamp = max(c.at, c.Room.Stamp+1)
	return c.Room.Stamp
}

// fits reports whether so much more stays within the limits.
func (c *Change) fits(owner string, more Usage) bool {
	if c.limit == nil {
		return true
	}
	all := more
	for _, usage := range c.Held {
		all = all.Plus(usage)
	}
	return c.limit(owner, c.Held[owner].Plus(more), all)
}

func (c *Change) hold(owner string, more Usage) {
	if c.Held == nil {
		c.Held = make(map[string]Usage)
	}
	c.Held[owner] = c.Held[owner].Plus(more)
}

func (c *Change) set(slot int, state signaling.State) {
	c.Room.Members[slot].State = state
	c.dirty = true
}

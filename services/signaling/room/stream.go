package room

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// An Opening is a stream that a member opens.
type Opening struct {
	// Stream is a new name for it; the same name again is the same call again.
	Stream string
	// Node is where the stream is.
	Node string
	signaling.Entry
	// Timeout is how long the members after the first have to join.
	Timeout time.Duration
}

// Join opens a stream. A last event is returned instead of a stream that would
// have nothing else to tell.
func (c *Change) Join(pass signaling.Pass, o Opening) (last signaling.Event, err error) {
	for _, batch := range o.First {
		if _, err := PeerOf(pass, batch.PeerID); err != nil {
			return nil, err
		}
	}
	if err := c.use(pass); err != nil {
		return nil, err
	}
	r, slot := c.Room, pass.Slot
	m := &r.Members[slot]
	switch {
	case r.Reason != 0:
		return r.closed(slot, pass.Requeues), nil
	case m.State == signaling.Left:
		return nil, signaling.ErrMemberLeft
	case o.Attempt < m.Attempt:
		return signaling.Detached{Reason: signaling.DetachedStaleAttempt}, nil
	case m.Stream == o.Stream:
		return nil, nil
	}
	begin, lossy := c.resume(slot, o.Cursor)
	if lossy {
		c.resync(slot)
	}
	begin.Stamp = c.stamp()
	m.Stream, m.Node, m.Attempt, m.Began, m.LostAt = o.Stream, o.Node, o.Attempt, begin, 0
	m.Inbox.Delivered = begin.Position.Offset
	c.set(slot, signaling.Present)
	if m.JoinedAt == 0 {
		m.JoinedAt = c.at
	}
	if r.Phase == Unused && !r.Reborn {
		r.Phase, r.VerdictAt = Joining, c.at.Add(o.Timeout)
	}
	c.conclude()
	for _, batch := range o.First {
		if to, err := PeerOf(pass, batch.PeerID); err == nil {
			_, _ = c.Append(pass, to, batch.FirstSeq, batch.Signals) // what is stored is said by the Welcome
		}
	}
	return nil, nil
}

// resume returns where a stream begins that shows a cursor. lossy says that
// signals may be lost to the member.
func (c *Change) resume(slot int, cursor string) (begin Beginning, lossy bool) {
	m := &c.Room.Members[slot]
	from, known := parseCursor(c.Room.Life, slot, cursor)
	if !known || !m.honours(from) {
		return Beginning{}, cursor != "" || m.Inbox.Trimmed > 0
	}
	c.drop(slot, func(Batch) bool { return true }, from.Offset) // the member says it has them
	return Beginning{Position: from, Resumed: true}, false
}

// resync makes known to the others that a member lost its place.
func (c *Change) resync(slot int) {
	stamp := c.stamp()
	for other := range c.Room.Members {
		if other != slot {
			c.Room.Members[other].Resynced[slot] = stamp
		}
	}
}

// ResyncAll makes known to everybody that all others lost their place: the store
// lost some of what it had of the room.
func (c *Change) ResyncAll() {
	if c.Room == nil || c.Room.Reason != 0 {
		return
	}
	for slot := range c.Room.Members {
		c.resync(slot)
	}
	c.dirty = true
}

// Deliver records the highest offset that a stream was given.
func (c *Change) Deliver(slot int, stream string, offset uint64) {
	if c.Room == nil {
		return
	}
	if m := &c.Room.Members[slot]; m.Stream == stream && offset > m.Inbox.Delivered {
		m.Inbox.Delivered, m.Inbox.Asked = offset, false
	}
}

// Record makes the change dirty, so that what Deliver recorded is saved.
func (c *Change) Record() { c.dirty = true }

// Part ends a stream, unless another one took over.
func (c *Change) Part(slot int, stream string) {
	if c.Room == nil {
		return
	}
	if m := &c.Room.Members[slot]; m.Stream == stream && open(m) {
		m.Stream = "" // it cannot be taken up again
		c.interrupt(slot)
	}
}

// Lapse ends the streams of a node that was not heard of since at.
func (c *Change) Lapse(node string, at Instant) {
	if c.Room == nil {
		return
	}
	c.at = min(at, c.now)
	for slot := range c.Room.Members {
		if c.Room.Members[slot].Node == node {
			c.interrupt(slot)
		}
	}
	c.catchUp()
}

// TakeUp gives a stream that lapsed back to its node, unless another one took
// over or the room is over.
func (c *Change) TakeUp(slot int, stream, node string) {
	if c.Room == nil || c.Room.Reason != 0 {
		return
	}
	m := &c.Room.Members[slot]
	if m.Stream != stream || open(m) || m.State == signaling.Left {
		return
	}
	m.Node, m.LostAt = node, 0
	c.set(slot, signaling.Present)
	c.conclude()
}

// interrupt is what happens when a member's stream ends before the room.
func (c *Change) interrupt(slot int) {
	m := &c.Room.Members[slot]
	m.Node, m.LostAt = "", c.at.Add(c.Room.grace(slot))
	c.set(slot, signaling.Away)
	c.conclude()
}

// grace is how long a member may be away.
func (r *Room) grace(slot int) time.Duration {
	if r.Reborn || r.everConfirmed(slot) {
		return signaling.AwayGrace
	}
	return signaling.ConnectingGrace
}

package room

import "github.com/wasmp2pchat/wasmp2pchat/services/signaling"

// conclude does what follows from a change: members are released, and
// deadlines start or end.
func (c *Change) conclude() {
	r := c.Room
	for slot := range r.Members {
		m := &r.Members[slot]
		if (m.State == signaling.Away || m.State == signaling.Lost) && r.settled(slot) {
			m.LostAt = 0
			c.set(slot, signaling.Released)
		}
	}
	if r.Phase == Joining && !r.any(expected) {
		r.Phase, r.VerdictAt = Connecting, c.at.Add(signaling.ConnectTimeout)
	}
	if lone := r.alone(); lone != r.Lone {
		r.Lone, r.IdleAt = lone, 0
		if lone != 0 {
			r.IdleAt = c.at.Add(signaling.IdleTimeout)
		}
	}
	c.keep()
}

// keep restarts the time for which a room without an open stream is
// remembered.
func (c *Change) keep() {
	forget := c.at.Add(signaling.Retention)
	if c.Room.any(open) {
		forget = 0
	}
	if forget != c.Room.ForgetAt {
		c.Room.ForgetAt, c.dirty = forget, true
	}
}

// close ends the room once, with one reason for everybody.
func (c *Change) close(reason signaling.CloseReason) {
	r := c.Room
	r.Reason, r.ClosedAt, c.dirty = reason, c.at, true
	for slot := range r.Members {
		r.Members[slot].Innocent = r.innocent(slot)
	}
	for slot := range r.Members {
		c.clear(slot)
		r.Members[slot].Node, r.Members[slot].LostAt = "", 0
	}
	r.VerdictAt, r.IdleAt, r.ExpiresAt = 0, 0, 0
	c.keep()
}

// judge is what happens when the members had enough time to join, or to
// connect.
func (c *Change) judge() {
	c.Room.VerdictAt = 0
	switch {
	case c.Room.Phase == Joining:
		c.close(signaling.ClosedPeerMissing)
	case !c.Room.allSettled():
		c.close(signaling.ClosedConnectFailed)
	}
}

// lose is what happens when a member did not come back in time.
func (c *Change) lose(slot int) {
	c.Room.Members[slot].LostAt = 0
	c.set(slot, signaling.Lost)
	if !c.Room.Reborn {
		c.close(signaling.ClosedPeerLost)
	}
}

func (c *Change) forget() {
	for slot := range c.Room.Members {
		c.clear(slot)
	}
	c.hold(c.Room.Owner, Usage{Rooms: -1})
	c.Room = nil
}

// closed is what a member is told of the end of the room. requeues counts how
// often the member came back to the queue.
func (r *Room) closed(slot, requeues int) signaling.Event {
	return signaling.RoomClosed{
		Reason: r.Reason, At: r.ClosedAt.Time(),
		Requeue: r.Members[slot].Innocent && requeues < signaling.MaxRequeues,
	}
}

// ending is what ends a member's stream: its own goodbye or the end of the
// room. Nil: neither came.
func (r *Room) ending(slot, requeues int) signaling.Event {
	switch m := &r.Members[slot]; {
	case m.State == signaling.Left:
		return signaling.RoomClosed{Reason: signaling.ClosedLeft, At: m.LeftAt.Time()}
	case r.Reason != 0:
		return r.closed(slot, requeues)
	}
	return nil
}

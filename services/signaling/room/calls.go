package room

import (
	"crypto/rand"
	"errors"
	"slices"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// HasBearer reports whether the pass names its bearer.
func HasBearer(pass signaling.Pass) bool {
	return pass.Slot >= 0 && pass.Slot < len(pass.Members) && len(pass.Members) <= 64
}

// PeerOf returns the slot of another member that the pass names, or
// ErrPeerNotFound.
func PeerOf(pass signaling.Pass, peerID string) (int, error) {
	slot := slices.IndexFunc(pass.Members, func(m signaling.Member) bool { return m.PeerID == peerID })
	if slot < 0 || slot == pass.Slot || !HasBearer(pass) {
		return 0, signaling.ErrPeerNotFound
	}
	return slot, nil
}

// use finds the room of a pass, which it makes if there is none, and remembers
// an open one for longer.
func (c *Change) use(pass signaling.Pass) error {
	switch {
	case !HasBearer(pass) || c.Room != nil && !c.Room.agrees(pass):
		return signaling.ErrNotAMember
	case c.Room == nil && !c.fits(pass.Owner, Usage{Rooms: 1}):
		return signaling.ErrTooManyRooms
	case c.Room == nil:
		c.make(pass)
	}
	if c.Room.Reason == 0 {
		c.keep()
	}
	return nil
}

// usePeer is use for a bearer that wants to do something with a peer.
func (c *Change) usePeer(pass signaling.Pass) error {
	err := c.use(pass)
	switch {
	case errors.Is(err, signaling.ErrNotAMember): // without authority here there is no peer
		return signaling.ErrPeerNotFound
	case err != nil:
		return err
	case c.Room.Reason != 0:
		return signaling.ErrRoomClosed
	case c.Room.Members[pass.Slot].State == signaling.Left:
		return signaling.ErrMemberLeft
	}
	return nil
}

func (c *Change) make(pass signaling.Pass) {
	r := &Room{
		Life:      rand.Text()[:13], // 65 bits tell two lives of one room apart
		Owner:     pass.Owner,
		MatchedAt: At(pass.MatchedAt),
		Reborn:    c.at.Sub(At(pass.MatchedAt)) > signaling.RebornAfter,
	}
	for _, m := range pass.Members {
		r.PeerIDs = append(r.PeerIDs, m.PeerID)
		r.Members = append(r.Members, Member{
			State:       signaling.Expected,
			Resynced:    make([]Instant, len(pass.Members)),
			DescribedAt: make([]Instant, len(pass.Members)),
			PaidAt:      make([]Instant, len(pass.Members)),
			Inbox:       Inbox{Stored: make([]uint64, len(pass.Members))},
		})
	}
	if introduced := uint8(1<<0 | 1<<1); len(r.Members) == 2 && pass.Introduced&introduced == introduced {
		r.Members[0].DescribedAt[1] = r.MatchedAt
	}
	c.Room, c.dirty = r, true
	c.hold(r.Owner, Usage{Rooms: 1})
	switch expires := At(pass.Expires); {
	case expires > c.at:
		r.ExpiresAt = expires
	case expires != 0:
		c.close(signaling.ClosedExpired)
	}
}

// Append stores signals in the inbox of the member of slot to and returns the
// seq of the last one stored: signaling.Engine.Append has the rules.
func (c *Change) Append(pass signaling.Pass, to int, firstSeq uint64, signals []signaling.Signal) (uint64, error) {
	if err := c.usePeer(pass); err != nil {
		return 0, err
	}
	peer := &c.Room.Members[to]
	stored := peer.Inbox.Stored[pass.Slot]
	if firstSeq > stored+1 || firstSeq+uint64(len(signals)) <= stored+1 {
		return stored, nil
	}
	fresh := signals[stored+1-firstSeq:]
	if peer.State == signaling.Left { // will never read them
		peer.Inbox.Stored[pass.Slot] += uint64(len(fresh))
	} else if c.tooFast(pass.Slot, to) {
		return stored, signaling.ErrTooFast
	} else if err := c.append(to, pass.Slot, pass.Owner, fresh); err != nil {
		return stored, err
	}
	c.pay(pass.Slot, to, fresh)
	c.describe(pass.Slot, to, fresh)
	c.dirty = true
	return peer.Inbox.Stored[pass.Slot], nil
}

// Leave is a member's goodbye.
func (c *Change) Leave(pass signaling.Pass) error {
	if err := c.use(pass); err != nil {
		return err
	}
	m := &c.Room.Members[pass.Slot]
	if c.Room.Reason != 0 || m.State == signaling.Left {
		return nil
	}
	c.set(pass.Slot, signaling.Left)
	m.LostAt, m.LeftAt = 0, c.at
	c.clear(pass.Slot)
	staying := 0
	for slot := range c.Room.Members {
		if c.Room.Members[slot].State != signaling.Left {
			staying++
		}
	}
	if staying < 2 {
		c.close(signaling.ClosedLeft)
		return nil
	}
	m.Node = ""
	c.conclude()
	return nil
}

// Report notes how connecting to the member of slot peer went and returns
// whether both sides are connected now.
func (c *Change) Report(pass signaling.Pass, peer int, outcome signaling.Outcome) (confirmed bool, err error) {
	if err := c.usePeer(pass); err != nil {
		return false, err
	}
	m := &c.Room.Members[pass.Slot]
	switch {
	case c.Room.Confirmed(pass.Slot, peer):
		return true, nil
	case outcome.Connected:
		m.Connected |= 1 << peer
		if outcome.Vouched {
			c.Room.Members[peer].Connected |= 1 << pass.Slot
		}
		c.dirty = true
	case c.Room.Members[peer].State != signaling.Left:
		m.Failed |= 1 << peer
		c.close(signaling.ClosedConnectFailed)
	}
	if !c.Room.Confirmed(pass.Slot, peer) {
		return false, nil
	}
	c.conclude()
	return true, nil
}

package room

import (
	"slices"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// An Inbox counts what a member was sent. An offset counts every signal the
// member was ever sent, from 1 on. What signals say is not in it: the engine
// keeps that under the member's slot and the offset.
type Inbox struct {
	// Top is the offset of the last signal.
	Top uint64 `cbor:"1,keyasint,omitzero"`
	// Trimmed is the highest offset that was dropped, and TrimmedStamp its
	// stamp.
	Trimmed      uint64  `cbor:"2,keyasint,omitzero"`
	TrimmedStamp Instant `cbor:"3,keyasint,omitzero"`
	// Delivered is the highest offset given to the current stream, as far as
	// the engine has recorded it.
	Delivered uint64 `cbor:"4,keyasint,omitzero"`
	// Asked says that a sender found no room: the engine records what was
	// delivered as soon as it can, which makes some.
	Asked bool `cbor:"7,keyasint,omitzero"`
	// Stored is, for each slot, the seq of the last signal stored.
	Stored []uint64 `cbor:"5,keyasint,omitzero"`
	// Batches hold what was not dropped, by offset.
	Batches []Batch `cbor:"6,keyasint,omitzero"`
}

// A Batch is a run of signals of one call.
type Batch struct {
	Offset uint64  `cbor:"1,keyasint,omitzero"` // of the first
	From   int     `cbor:"2,keyasint,omitzero"` // slot
	Seq    uint64  `cbor:"3,keyasint,omitzero"` // of the first
	Sizes  []int   `cbor:"4,keyasint,omitzero"` // of each; never changed in place
	Owner  string  `cbor:"5,keyasint,omitzero"`
	Stamp  Instant `cbor:"6,keyasint,omitzero"`
}

// last is the offset of the batch's last signal.
func (b Batch) last() uint64 { return b.Offset + uint64(len(b.Sizes)) - 1 }

func (b Batch) bytes() int {
	sum := 0
	for _, size := range b.Sizes {
		sum += size
	}
	return sum
}

// held returns how much of one sender is in the inbox.
func (i *Inbox) held(from int) (signals, bytes int) {
	for _, b := range i.Batches {
		if b.From == from {
			signals += len(b.Sizes)
			bytes += b.bytes()
		}
	}
	return signals, bytes
}

// at returns the batch with a signal, which is not before trimmed ones.
func (i *Inbox) at(offset uint64) (Batch, bool) {
	n, _ := slices.BinarySearchFunc(i.Batches, offset, func(b Batch, offset uint64) int {
		switch {
		case b.last() < offset:
			return -1
		case b.Offset > offset:
			return 1
		}
		return 0
	})
	if n < len(i.Batches) && i.Batches[n].Offset <= offset {
		return i.Batches[n], true
	}
	return Batch{}, false
}

// append stores signals of one sender, or nothing when they do not fit. What
// the member's stream was given makes room for what is new.
func (c *Change) append(to, from int, owner string, signals []signaling.Signal) error {
	inbox := &c.Room.Members[to].Inbox
	sizes := make([]int, len(signals))
	bytes := 0
	for n, signal := range signals {
		sizes[n] = signal.Size()
		bytes += sizes[n]
	}
	fits := func() error {
		heldSignals, heldBytes := inbox.held(from)
		switch {
		case heldSignals+len(signals) > signaling.MaxSignals || heldBytes+bytes > signaling.MaxBytes:
			return signaling.ErrInboxFull
		case !c.fits(owner, Usage{Bytes: bytes}):
			return signaling.ErrTooManySignals
		}
		return nil
	}
	if fits() != nil {
		c.drop(to, func(b Batch) bool { return b.From == from }, inbox.Delivered)
	}
	if err := fits(); err != nil {
		inbox.Asked, c.dirty = true, true
		return err
	}
	b := Batch{
		Offset: inbox.Top + 1, From: from, Seq: inbox.Stored[from] + 1, Sizes: sizes, Owner: owner, Stamp: c.stamp(),
	}
	for n, signal := range signals {
		c.Stored = append(c.Stored, Stored{Key{to, b.Offset + uint64(n)}, b.Stamp, signal})
	}
	inbox.Top = b.last()
	inbox.Stored[from] += uint64(len(signals))
	inbox.Batches = append(inbox.Batches, b)
	c.hold(owner, Usage{Bytes: bytes})
	return nil
}

// drop removes signals up to an offset. A cursor before one of them cannot be
// honoured any more.
func (c *Change) drop(slot int, which func(Batch) bool, until uint64) {
	inbox := &c.Room.Members[slot].Inbox
	var kept []Batch
	for _, b := range inbox.Batches {
		if !which(b) || b.Offset > until {
			kept = append(kept, b)
			continue
		}
		gone := b
		gone.Sizes = b.Sizes[:min(uint64(len(b.Sizes)), until-b.Offset+1)]
		if rest := b.Sizes[len(gone.Sizes):]; len(rest) > 0 {
			n := uint64(len(gone.Sizes))
			b.Offset, b.Seq, b.Sizes = b.Offset+n, b.Seq+n, rest
			kept = append(kept, b)
		}
		for offset := gone.Offset; offset <= gone.last(); offset++ {
			key := Key{slot, offset}
			c.Stored = slices.DeleteFunc(c.Stored, func(s Stored) bool { return s.Key == key })
			c.Dropped = append(c.Dropped, key)
		}
		c.hold(gone.Owner, Usage{Bytes: -gone.bytes()})
		if gone.last() > inbox.Trimmed {
			inbox.Trimmed, inbox.TrimmedStamp = gone.last(), gone.Stamp
		}
		c.dirty = true
	}
	inbox.Batches = kept
}

func (c *Change) clear(slot int) {
	c.drop(slot, func(Batch) bool { return true }, c.Room.Members[slot].Inbox.Top)
}

// StampOf returns the stamp of a signal. Zero: there is none.
func (r *Room) StampOf(key Key) Instant {
	if key.Slot < 0 || key.Slot >= len(r.Members) {
		return 0
	}
	b, _ := r.Members[key.Slot].Inbox.at(key.Offset)
	return b.Stamp
}

// Has reports whether a signal was not dropped.
func (r *Room) Has(key Key) bool { return r.StampOf(key) != 0 }

// Unread returns the signals after an offset of a member's inbox.
func (r *Room) Unread(slot int, after uint64) []Key {
	var keys []Key
	for _, b := range r.Members[slot].Inbox.Batches {
		for offset := max(b.Offset, after+1); offset <= b.last(); offset++ {
			keys = append(keys, Key{slot, offset})
		}
	}
	return keys
}

// Crowded reports whether senders must hear that signals up to an offset were
// delivered: one asked, or has little room left.
func (i *Inbox) Crowded(offset uint64) bool {
	crowded := i.Asked
	for from := range i.Stored {
		signals, bytes := i.held(from)
		crowded = crowded || signals > signaling.MaxSignals/2 || bytes > signaling.MaxBytes/2
	}
	return crowded && offset > i.Delivered
}

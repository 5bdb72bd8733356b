package filetransfer

import "time"

// Outgoing says what the sender of a file sends next. Chunks are sent in order. When some
// may be lost, the sender goes back to what the receiver has stored (go-back-N). It belongs
// to one goroutine at a time.
type Outgoing struct {
	size  uint64
	next  uint64 // where the next chunk begins
	sent  uint64 // the highest end of a chunk
	acked uint64 // what the receiver has stored

	ended    bool      // FileEnd was sent after all chunks, and nothing was rewound since
	finished bool      // FileEnd was sent once
	complete bool      // and the receiver has confirmed the whole file since then
	moved    time.Time // when something was sent or stored last
	rewound  time.Time // when a repeated FileAck was the reason to go back
}

// NewOutgoing returns the beginning of a file of that many bytes.
func NewOutgoing(size uint64) *Outgoing { return &Outgoing{size: size} }

// Next returns the place of the next chunk. A length of zero: every chunk is sent.
func (o *Outgoing) Next() (offset uint64, length int) {
	return o.next, int(min(o.size-o.next, ChunkSize))
}

// Sent notes that the chunk of Next was sent, if the sender has not gone back meanwhile.
func (o *Outgoing) Sent(offset uint64, length int, now time.Time) {
	o.moved = now
	end := offset + uint64(length) //nolint:gosec // a length
	o.sent = max(o.sent, end)
	if o.next == offset {
		o.next = end
	}
}

// EndDue reports whether FileEnd is what must be sent next.
func (o *Outgoing) EndDue() bool { return o.next == o.size && !o.ended }

// EndSent notes that FileEnd was sent, if the sender has not gone back meanwhile.
func (o *Outgoing) EndSent(now time.Time) {
	o.moved, o.finished, o.ended = now, true, o.next == o.size
}

// Ack notes a FileAck. It reports whether that was of use: not if the offset is lower than
// before or was not sent yet. The same offset again means that something is missing there.
func (o *Outgoing) Ack(offset uint64, now time.Time) (useful bool) {
	switch {
	case offset > o.sent || offset < o.acked:
		return false
	case offset == o.size && o.finished:
		o.acked, o.next, o.complete = offset, offset, true
		return true
	case offset > o.acked:
		o.acked, o.moved = offset, now
		o.next = max(o.next, offset)
		return true
	}
	if o.next > offset && now.Sub(o.rewound) >= repeatPause {
		o.rewound = now
		o.Rewind()
	}
	return false
}

// Rewind goes back to what the receiver has stored, because the connection on which the
// rest was sent is gone.
func (o *Outgoing) Rewind() { o.next, o.ended = o.acked, false }

// Stalled goes back when all is sent and nothing was stored for a while. It returns after
// what time to ask again.
func (o *Outgoing) Stalled(now time.Time) (again time.Duration) {
	if left := o.moved.Add(stallAfter).Sub(now); left > 0 {
		return left
	}
	o.moved = now
	o.Rewind()
	return stallAfter
}

// Acked returns how many bytes the receiver has stored.
func (o *Outgoing) Acked() uint64 { return o.acked }

// Done reports whether the receiver has the whole file.
func (o *Outgoing) Done() bool { return o.complete }

package room

import "github.com/wasmp2pchat/wasmp2pchat/services/signaling"

// Encode returns the room as stores keep it. A version of this program must
// read what the one before has written, and the other way round: add fields at
// the ends of sections only.
func Encode(r *Room) string {
	e := &encoder{bytes: make([]byte, 0, 512)}
	e.section(func() {
		e.text(r.Life)
		e.text(r.Owner)
		e.number(int64(r.MatchedAt))
		e.flag(r.Reborn)
		e.count(uint64(r.Phase))  //nolint:gosec // small
		e.count(uint64(r.Reason)) //nolint:gosec // small
		for _, at := range []Instant{r.ClosedAt, r.Stamp, r.VerdictAt, r.IdleAt, r.ExpiresAt, r.ForgetAt} {
			e.number(int64(at))
		}
		e.count(uint64(r.Lone)) //nolint:gosec // a slot
		e.count(uint64(len(r.Members)))
		for slot := range r.Members {
			e.text(r.PeerIDs[slot])
			e.section(func() { e.member(&r.Members[slot]) })
		}
	})
	return string(e.bytes)
}

func (e *encoder) member(m *Member) {
	e.count(uint64(m.State)) //nolint:gosec // small
	e.count(uint64(m.Attempt))
	e.text(m.Stream)
	e.text(m.Node)
	e.count(m.Began.Position.Offset)
	e.number(int64(m.Began.Position.Stamp))
	e.number(int64(m.Began.Position.Resync))
	e.flag(m.Began.Resumed)
	e.number(int64(m.Began.Stamp))
	e.number(int64(m.LostAt))
	e.number(int64(m.LeftAt))
	e.count(m.Connected)
	e.flag(m.Innocent)
	for _, stamp := range m.Resynced {
		e.number(int64(stamp))
	}
	for _, seq := range m.Inbox.Stored {
		e.count(seq)
	}
	e.count(m.Inbox.Top)
	e.count(m.Inbox.Trimmed)
	e.number(int64(m.Inbox.TrimmedStamp))
	e.count(m.Inbox.Delivered)
	e.count(uint64(len(m.Inbox.Batches)))
	for _, b := range m.Inbox.Batches {
		e.section(func() {
			e.count(b.Offset)
			e.count(uint64(b.From)) //nolint:gosec // a slot
			e.count(b.Seq)
			e.text(b.Owner)
			e.number(int64(b.Stamp))
			e.count(uint64(len(b.Sizes)))
			for _, size := range b.Sizes {
				e.count(uint64(size)) //nolint:gosec // not negative
			}
		})
	}
}

// Decode is the inverse of Encode.
func Decode(text string) (*Room, error) {
	r := &Room{}
	outer := &decoder{rest: text}
	outer.section(func(d *decoder) {
		r.Life, r.Owner = d.text(), d.text()
		r.MatchedAt = Instant(d.number())
		r.Reborn = d.flag()
		r.Phase, r.Reason = Phase(d.count()), signaling.CloseReason(d.count()) //nolint:gosec // small
		for _, at := range []*Instant{&r.ClosedAt, &r.Stamp, &r.VerdictAt, &r.IdleAt, &r.ExpiresAt, &r.ForgetAt} {
			*at = Instant(d.number())
		}
		r.Lone = int(d.count()) //nolint:gosec // a slot
		members := d.length()
		r.PeerIDs, r.Members = make([]string, members), make([]Member, members)
		for slot := range members {
			r.PeerIDs[slot] = d.text()
			d.section(func(d *decoder) { d.member(&r.Members[slot], members) })
		}
	})
	if outer.err == nil && (len(r.Members) < 2 || r.Lone > len(r.Members)) {
		outer.fail()
	}
	if outer.err != nil {
		return nil, wrap("room", outer.err)
	}
	return r, nil
}

func (d *decoder) member(m *Member, members int) {
	m.State = signaling.State(d.count()) //nolint:gosec // small
	m.Attempt = uint32(d.count())        //nolint:gosec // as it was written
	m.Stream, m.Node = d.text(), d.text()
	m.Began.Position.Offset = d.count()
	m.Began.Position.Stamp, m.Began.Position.Resync = Instant(d.number()), Instant(d.number())
	m.Began.Resumed = d.flag()
	m.Began.Stamp = Instant(d.number())
	m.LostAt, m.LeftAt = Instant(d.number()), Instant(d.number())
	m.Connected = d.count()
	m.Innocent = d.flag()
	m.Resynced, m.Inbox.Stored = make([]Instant, members), make([]uint64, members)
	for slot := range members {
		m.Resynced[slot] = Instant(d.number())
	}
	for slot := range members {
		m.Inbox.Stored[slot] = d.count()
	}
	m.Inbox.Top, m.Inbox.Trimmed = d.count(), d.count()
	m.Inbox.TrimmedStamp = Instant(d.number())
	m.Inbox.Delivered = d.count()
	batches := d.length()
	if batches > 0 {
		m.Inbox.Batches = make([]Batch, batches)
	}
	for i := range batches {
		d.section(func(d *decoder) { d.batch(&m.Inbox.Batches[i], members) })
	}
}

func (d *decoder) batch(b *Batch, members int) {
	b.Offset = d.count()
	b.From = int(d.count()) //nolint:gosec // checked below
	b.Seq = d.count()
	b.Owner = d.text()
	b.Stamp = Instant(d.number())
	b.Sizes = make([]int, d.length())
	for i := range b.Sizes {
		b.Sizes[i] = int(d.count()) //nolint:gosec // as it was written
	}
	if b.From < 0 || b.From >= members || len(b.Sizes) == 0 || b.Offset == 0 {
		d.fail()
	}
}

package token

import (
	"encoding/binary"
	"time"
)

// place is what a token says of the queue. It is in the secret part: a place
// would tell the bearer when the server started and how many came.
type place struct {
	number int64
	since  time.Time
	count  int // of requeues
}

// append encodes a place. The nearer it is to a time, in ms for since and in µs
// for number, the shorter it gets: engines count places from the time at which
// their store was created.
func (p place) append(b []byte, near time.Time) []byte {
	latest := near.Add(time.Second).UnixMilli() // near is in whole seconds, since is not
	b = binary.AppendVarint(b, near.UnixMicro()-p.number)
	b = binary.AppendUvarint(b, uint64(latest-p.since.UnixMilli())) //nolint:gosec // the bits count
	return binary.AppendUvarint(b, uint64(max(p.count, 0)))
}

// place is the inverse of append.
func (r *reader) place(near time.Time) place {
	latest := near.Add(time.Second).UnixMilli()
	return place{
		number: near.UnixMicro() - r.varint(),
		since:  time.UnixMilli(latest - int64(r.uvarint())), //nolint:gosec // the bits count
		count:  r.count(),
	}
}

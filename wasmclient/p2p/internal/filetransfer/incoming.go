package filetransfer

import (
	"errors"
	"time"
)

// ErrBeyond is returned for a chunk that reaches beyond the offered size, or a FileEnd that
// is not one of the protocol.
var ErrBeyond = errors.New("the sender does not keep to its offer")

// Incoming says what the receiver of a file takes and confirms. It belongs to one goroutine
// at a time.
type Incoming struct {
	size   uint64
	taken  uint64 // bytes from the beginning that Chunk has returned
	stored uint64 // of these
	acked  uint64 // what was confirmed last
	at     time.Time
	repeat bool // the sender must be told where it is
	wasted int64
	hash   []byte // of FileEnd; nil: has not come
}

// NewIncoming returns the beginning of a file of that many bytes.
func NewIncoming(size uint64, now time.Time) *Incoming { return &Incoming{size: size, at: now} }

// Chunk returns the part of a chunk that continues the file, or nothing: then the chunk came
// again, or one before it is missing. The error is [ErrBeyond].
func (i *Incoming) Chunk(offset uint64, data []byte) (part []byte, err error) {
	length := uint64(len(data))
	switch {
	case offset > i.size || length > i.size-offset:
		return nil, ErrBeyond
	case offset <= i.taken && offset+length > i.taken:
		part = data[i.taken-offset:]
		i.taken += uint64(len(part))
		i.wasted = max(0, i.wasted-int64(len(part)))
		return part, nil
	}
	i.repeat = true
	i.wasted += int64(len(data)) + wasteOfMessage
	return nil, nil
}

// Wasteful reports whether the sender has sent far more that is of no use than a repair
// makes it send again.
func (i *Incoming) Wasteful() bool { return i.wasted > wasteAllowed }

// End notes a FileEnd. Before the last chunk it says only that chunks are missing.
func (i *Incoming) End(hash []byte) error {
	switch {
	case len(hash) != HashSize:
		return ErrBeyond
	case i.taken < i.size:
		i.repeat = true
		i.wasted += wasteOfMessage
	case i.hash == nil:
		i.hash = hash
	}
	return nil
}

// Stored notes that so many more of the bytes that Chunk has returned are stored.
func (i *Incoming) Stored(length int) { i.stored += uint64(length) } //nolint:gosec // a length

// Progress returns how many bytes are stored.
func (i *Incoming) Progress() uint64 { return i.stored }

// Complete reports whether all is stored, and the hash that it should have.
func (i *Incoming) Complete() (hash []byte, complete bool) {
	return i.hash, i.hash != nil && i.stored == i.size
}

// Ack returns the offset of a FileAck that is due now, or else after what time one will be;
// negative: not before something changes. The whole size is for who has compared the hash.
func (i *Incoming) Ack(now time.Time) (offset uint64, due bool, wait time.Duration) {
	since := now.Sub(i.at)
	switch fresh := i.stored - i.acked; {
	case i.stored == i.size: // FileEnd comes next
		return 0, false, -1
	case fresh >= ackEvery:
		wait = 0
	case i.repeat:
		wait = repeatPause - since
	case fresh > 0:
		wait = ackWithin - since
	default:
		return 0, false, -1
	}
	if wait > 0 {
		return 0, false, wait
	}
	i.acked, i.at, i.repeat = i.stored, now, false
	return i.stored, true, 0
}

package server

import "sync"

// readAheadSize is how much is read at once. Larger reads need no help.
const readAheadSize = 2 << 10

var readAheads = sync.Pool{New: func() any { return new([readAheadSize]byte) }}

// readAhead saves system calls: net/http reads the header and the payload of each
// HTTP/2 frame by themselves when there is no TLS. It holds a buffer only while
// there is something in it, so that a connection that waits has none. The zero
// value is ready to use, by one goroutine at a time.
type readAhead struct {
	buffer *[readAheadSize]byte // nil: nothing is there
	from   int
	to     int
	begun  bool // the last read was small and full: more is probably there
}

// read fills p with what is there, or with what read returns.
func (r *readAhead) read(p []byte, read func([]byte) (int, error)) (int, error) {
	if r.buffer != nil {
		return r.take(p), nil
	}
	if len(p) >= readAheadSize || !r.begun {
		n, err := read(p)
		r.begun = err == nil && n == len(p) && len(p) < readAheadSize
		return n, err
	}
	r.begun = false
	buffer := readAheads.Get().(*[readAheadSize]byte) //nolint:forcetypeassert // it holds nothing else
	n, err := read(buffer[:])
	if n <= 0 {
		readAheads.Put(buffer)
		return n, err
	}
	r.buffer, r.from, r.to = buffer, 0, n
	taken := r.take(p)
	if r.buffer != nil {
		err = nil // comes again after what is there
	}
	return taken, err
}

func (r *readAhead) take(p []byte) int {
	n := copy(p, r.buffer[r.from:r.to])
	if r.from += n; r.from == r.to {
		readAheads.Put(r.buffer)
		r.buffer = nil
	}
	return n
}

package room

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// errMalformed means that what is decoded was not encoded by this program, or
// not whole.
var errMalformed = errors.New("malformed")

// An encoder writes numbers, texts and sections. A section says how long it is,
// so that an older version of this program skips what a newer one added at its
// end, and a newer one reads zero where an older one wrote nothing.
type encoder struct{ bytes []byte }

func (e *encoder) count(n uint64) { e.bytes = binary.AppendUvarint(e.bytes, n) }

func (e *encoder) number(n int64) { e.bytes = binary.AppendVarint(e.bytes, n) }

func (e *encoder) text(s string) {
	e.count(uint64(len(s)))
	e.bytes = append(e.bytes, s...)
}

func (e *encoder) flag(set bool) {
	if set {
		e.count(1)
	} else {
		e.count(0)
	}
}

// optional writes a text that may be absent.
func (e *encoder) optional(s *string) {
	e.flag(s != nil)
	if s != nil {
		e.text(*s)
	}
}

func (e *encoder) section(write func()) {
	at := len(e.bytes)
	e.bytes = append(e.bytes, 0, 0, 0, 0)
	write()
	binary.LittleEndian.PutUint32(e.bytes[at:], uint32(len(e.bytes)-at-4)) //nolint:gosec // a room has less than 4 GB
}

// A decoder reads what an encoder wrote. Reading beyond the end of a section
// returns zero; err is the first thing that was wrong.
type decoder struct {
	rest string
	err  error
}

func (d *decoder) fail() {
	d.rest = ""
	if d.err == nil {
		d.err = errMalformed
	}
}

func (d *decoder) count() uint64 {
	if d.rest == "" {
		return 0
	}
	var n uint64
	for i := 0; i < len(d.rest) && i < binary.MaxVarintLen64; i++ {
		b := d.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			d.rest = d.rest[i+1:]
			return n
		}
	}
	d.fail()
	return 0
}

func (d *decoder) number() int64 {
	n := d.count()
	return int64(n>>1) ^ -int64(n&1) //nolint:gosec // as encoding/binary has it
}

func (d *decoder) flag() bool { return d.count() == 1 }

func (d *decoder) take(n uint64) string {
	if n > uint64(len(d.rest)) {
		d.fail()
		return ""
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) text() string { return d.take(d.count()) }

func (d *decoder) optional() *string {
	if !d.flag() {
		return nil
	}
	text := d.text()
	return &text
}

// length returns that of a list, of which each item takes a byte at least.
func (d *decoder) length() int {
	n := d.count()
	if n > uint64(len(d.rest)) {
		d.fail()
		return 0
	}
	return int(n) //nolint:gosec // not above the length of a text
}

func (d *decoder) section(read func(d *decoder)) {
	size := d.take(4)
	if len(size) < 4 {
		d.fail()
		return
	}
	inner := decoder{rest: d.take(uint64(size[0]) | uint64(size[1])<<8 | uint64(size[2])<<16 | uint64(size[3])<<24)}
	read(&inner)
	if inner.err != nil {
		d.fail()
	}
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("decode %s: %w", what, err)
}

// Package lite encodes and decodes Protobuf messages without reflection. A message
// names its fields in one method, and both directions follow from it, so that a
// message takes about a hundred bytes of the browser client's code for each field.
// The messages of gen/golite are generated for it by protoc-gen-lite.
package lite

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Message is a message that [Marshal] encodes and [Unmarshal] decodes.
type Message interface {
	// Fields tells c the number and the place of each field. It is called once to
	// encode a message, and once for each field that is decoded. A nil message has no
	// fields.
	Fields(c *Codec)
}

var (
	// ErrMalformed is returned for bytes that are no message.
	ErrMalformed = errors.New("malformed message")
	// ErrNotUTF8 is returned for a string that is not UTF-8, which Protobuf does not
	// allow.
	ErrNotUTF8 = errors.New("string is not UTF-8")
)

// usual is how many bytes most messages take. Longer ones are moved once or twice.
const usual = 256

// deepest is how deep messages and groups may be nested.
const deepest = 100

// Marshal returns the encoding of a message. The error is [ErrNotUTF8].
func Marshal(m Message) ([]byte, error) {
	c := Codec{encoding: true, out: make([]byte, 0, usual)}
	m.Fields(&c)
	return c.out, c.err
}

// Unmarshal decodes data into m, which must be empty. Fields that m does not know, or
// knows with another wire type, are kept and encoded again. The error is
// [ErrMalformed] or [ErrNotUTF8]. The message has nothing of data.
func Unmarshal(data []byte, m Message) error {
	var c Codec
	c.decode(data, m)
	return c.err
}

// Codec encodes the fields that a message tells it, or decodes one of them. The
// methods are for the generated code. Copies of the small ones in each message would be
// 80 KB of the browser client, so they are not inlined.
type Codec struct {
	encoding bool
	out      []byte // what is encoded
	field    field  // that is decoded
	depth    int
	err      error // the first one
}

func (c *Codec) decode(data []byte, m Message) {
	for c.depth++; len(data) > 0 && c.err == nil; {
		size := c.field.parse(data)
		if size < 0 || c.depth > deepest {
			c.fail(ErrMalformed)
			return
		}
		m.Fields(c)
		data = data[size:]
	}
	c.depth--
}

func (c *Codec) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// is reports whether this is the field that is decoded.
//
//go:noinline
func (c *Codec) is(number int, kind byte) bool {
	if c.field.number != number || c.field.kind != kind {
		return false
	}
	c.field.known = true
	return true
}

func (c *Codec) tag(number int, kind byte) {
	c.number(uint64(number)<<3 | uint64(kind)) //nolint:gosec // positive
}

// number encodes a number.
//
//go:noinline
func (c *Codec) number(value uint64) { c.out = binary.AppendUvarint(c.out, value) }

// Unknown is the place of the fields that the message does not know. It must come
// after the others.
//
//go:noinline
func (c *Codec) Unknown(place *[]byte) {
	switch {
	case c.encoding:
		c.out = append(c.out, *place...)
	case !c.field.known:
		*place = append(*place, c.field.raw...)
	}
}

// Has reports whether a message that is a choice of a oneof is to be encoded, or is
// decoded. The caller makes the message and gives it to [Codec.Message].
//
//go:noinline
func (c *Codec) Has(number int, chosen bool) bool {
	if c.encoding {
		return chosen
	}
	return c.is(number, delimited)
}

// Message encodes or decodes a message in a message.
func (c *Codec) Message(number int, m Message) {
	if !c.encoding {
		outer := c.field
		c.decode(outer.data, m)
		c.field = outer
		return
	}
	c.tag(number, delimited)
	start := len(c.out)
	m.Fields(c)
	var buffer [binary.MaxVarintLen64]byte
	length := binary.AppendUvarint(buffer[:0], uint64(len(c.out)-start)) //nolint:gosec // positive
	c.out = slices.Insert(c.out, start, length...)
}

// Size returns the length of what [Marshal] returns.
func Size(m Message) int {
	c := Codec{encoding: true}
	m.Fields(&c)
	return len(c.out)
}

package lite

import "encoding/binary"

// The wire types (https://protobuf.dev/programming-guides/encoding/#structure).
const (
	varint    = 0
	fixed64   = 1
	delimited = 2
	group     = 3
	groupEnd  = 4
	fixed32   = 5
)

// largestNumber is the largest number of a field.
const largestNumber = 1<<29 - 1

// field is one field on the wire.
type field struct {
	number int
	kind   byte
	value  uint64 // of a varint
	data   []byte // what is delimited
	raw    []byte // all of it
	known  bool   // the message has it
}

// parse reads the field at the beginning of data and returns its length, or -1 if it
// is malformed.
func (f *field) parse(data []byte) (size int) {
	*f = field{}
	if size = f.parseTag(data); size < 0 || f.kind == groupEnd {
		return -1
	}
	length := f.parseValue(data[size:], 0)
	if length < 0 {
		return -1
	}
	f.raw = data[:size+length]
	return size + length
}

func (f *field) parseTag(data []byte) (size int) {
	tag, size := binary.Uvarint(data)
	if number := tag >> 3; size <= 0 || number == 0 || number > largestNumber {
		return -1
	}
	f.number, f.kind = int(tag>>3), byte(tag&7)
	return size
}

func (f *field) parseValue(data []byte, depth int) (size int) {
	switch f.kind {
	case varint:
		if f.value, size = binary.Uvarint(data); size <= 0 {
			return -1
		}
	case fixed64:
		size = 8
	case fixed32:
		size = 4
	case delimited:
		length, prefix := binary.Uvarint(data)
		if prefix <= 0 || length > uint64(len(data)-prefix) { //nolint:gosec // positive
			return -1
		}
		size = prefix + int(length) //nolint:gosec // at most len(data)
		f.data = data[prefix:size]
	case group:
		return f.skipGroup(data, depth)
	default:
		return -1
	}
	if size > len(data) {
		return -1
	}
	return size
}

// skipGroup returns the length of what is in a group, with its end. Proto3 has no
// groups; they are unknown fields.
func (f *field) skipGroup(data []byte, depth int) (size int) {
	for depth < deepest {
		var inner field
		tag := inner.parseTag(data[size:])
		if tag < 0 {
			return -1
		}
		size += tag
		if inner.kind == groupEnd {
			if inner.number != f.number {
				return -1
			}
			return size
		}
		length := inner.parseValue(data[size:], depth+1)
		if length < 0 {
			return -1
		}
		size += length
	}
	return -1
}

package token

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
)

// packed are the characters that appendText stores in six bits each: those of
// base64url (RFC 4648, section 5), which ids and most names consist of.
var packed = base64.RawURLEncoding.Strict()

// appendText appends a text and its length. The inverse is reader.text.
func appendText(b []byte, text string) []byte {
	raw, size := []byte(text), uint64(len(text))<<1
	padded := text + padding(len(text))
	bits, err := packed.DecodeString(padded)
	if err == nil && len(bits) == packed.DecodedLen(len(padded)) { // a line break is no error and no bits
		raw, size = bits[:packedSize(len(text))], size|1
	}
	return append(binary.AppendUvarint(b, size), raw...)
}

// padding fills n characters up to whole groups of four, with zero bits.
func padding(n int) string { return "AAA"[:(4-n%4)%4] }

// packedSize is the number of bytes that hold n characters.
func packedSize(n int) int { return (6*n + 7) / 8 }

// A reader takes a content apart. After its first error it returns zero values.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail() {
	if r.err == nil {
		r.err = fmt.Errorf("read content: %w", ErrInvalid)
	}
	r.rest = nil
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.fail()
		return nil
	}
	read := r.rest[:n:n]
	r.rest = r.rest[n:]
	return read
}

func (r *reader) uvarint() uint64 {
	value, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return value
}

func (r *reader) varint() int64 {
	value, size := binary.Varint(r.rest)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return value
}

// count is a uvarint that is at most maxLength, so that it fits any int.
func (r *reader) count() int {
	value := r.uvarint()
	if value > maxLength {
		r.fail()
		return 0
	}
	return int(value)
}

func (r *reader) text() string {
	size := r.count()
	length := size >> 1
	if size&1 == 0 {
		return string(r.bytes(length))
	}
	padded := length + len(padding(length))
	bits := make([]byte, packed.DecodedLen(padded))
	if copy(bits, r.bytes(packedSize(length))); r.err != nil {
		return ""
	}
	return packed.EncodeToString(bits)[:length]
}

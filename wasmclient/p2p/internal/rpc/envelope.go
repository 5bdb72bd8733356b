package rpc

import (
	"encoding/binary"
	"strconv"
)

// The flags of an envelope of the Connect protocol, which precedes each message of
// a stream with its length in four bytes.
const (
	flagCompressed  = 1 << 0
	flagEndOfStream = 1 << 1
	prefixLength    = 5
)

// envelope returns data as a message of a stream.
func envelope(data []byte) []byte {
	enveloped := make([]byte, prefixLength, prefixLength+len(data))
	binary.BigEndian.PutUint32(enveloped[1:], uint32(len(data))) //nolint:gosec // a request is far below 4 GiB
	return append(enveloped, data...)
}

// envelopes takes a stream apart. The zero value is at its beginning.
type envelopes struct {
	limit int    // of a message, in bytes
	rest  []byte // that has come and is not taken
}

// next takes the next message, or reports that more bytes are needed.
func (e *envelopes) next() (data []byte, end, ok bool, err error) {
	if len(e.rest) < prefixLength {
		return nil, false, false, nil
	}
	flags, length := e.rest[0], int64(binary.BigEndian.Uint32(e.rest[1:prefixLength]))
	switch {
	case flags&flagCompressed != 0:
		return nil, false, false, &Error{Code: CodeInternal, Message: "message is compressed, but no compression was agreed on"}
	case flags&^flagEndOfStream != 0:
		return nil, false, false, &Error{Code: CodeInternal, Message: "message has unknown flags " + strconv.FormatUint(uint64(flags), 2)}
	case length > int64(e.limit):
		return nil, false, false, tooLarge(e.limit)
	case int64(len(e.rest)) < prefixLength+length:
		return nil, false, false, nil
	}
	data = e.rest[prefixLength : prefixLength+length : prefixLength+length]
	e.rest = e.rest[prefixLength+length:]
	return data, flags&flagEndOfStream != 0, true, nil
}

func tooLarge(limit int) *Error {
	return &Error{Code: CodeResourceExhausted, Message: "message is larger than " + strconv.Itoa(limit) + " bytes"}
}

//go:build !js

package terminal

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// longestLine is how many bytes of a line are kept. A message of chat.v1 is not longer.
const longestLine = 64 << 10

var (
	errLongLine = errors.New("the line is longer than 64 KB")
	errNotUTF8  = errors.New("the line is not UTF-8")
)

// line is one line of the input.
type line struct {
	text string
	err  error // why it cannot be sent, or nil
}

// lineReader reads lines of any length. Of one that is too long it keeps nothing.
type lineReader struct{ in *bufio.Reader }

func newLineReader(in io.Reader) *lineReader {
	return &lineReader{bufio.NewReaderSize(in, longestLine)}
}

// read returns the next line without its end. The error is that of the input, io.EOF
// after the last line.
func (r *lineReader) read() (line, error) {
	data, err := r.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.in.ReadSlice('\n')
		}
		return line{err: errLongLine}, nil
	}
	if err != nil && len(data) == 0 {
		return line{}, err
	}
	data = bytes.TrimSuffix(bytes.TrimSuffix(data, []byte("\n")), []byte("\r"))
	if !utf8.Valid(data) {
		return line{err: errNotUTF8}, nil
	}
	return line{text: string(data)}, nil
}

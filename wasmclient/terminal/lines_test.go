//go:build !js

package terminal

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestLineReader(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", longestLine-1)
	in := newLineReader(iotest.HalfReader(strings.NewReader("one\n\ntwo\r\n" + long + "\n" + long + "x\n" + strings.Repeat("猫", 1<<20) + "\n\xff\nlast")))
	for _, want := range []line{
		{text: "one"}, {}, {text: "two"}, {text: long}, {err: errLongLine}, {err: errLongLine}, {err: errNotUTF8}, {text: "last"},
	} {
		if got, err := in.read(); err != nil || got != want {
			t.Fatalf("got %.20q, %v and %v, want %.20q and %v", got.text, got.err, err, want.text, want.err)
		}
	}
	if got, err := in.read(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v and %v at the end", got, err)
	}
}

func TestBrokenInput(t *testing.T) {
	t.Parallel()
	if _, err := newLineReader(iotest.ErrReader(io.ErrClosedPipe)).read(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

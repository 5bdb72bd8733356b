package server

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

// TestReadAhead reads a stream in pieces as HTTP/2 frames have, and in all other
// sizes, from readers that return all, a part, and the end with the last bytes.
func TestReadAhead(t *testing.T) {
	t.Parallel()
	for name, from := range map[string]func(io.Reader) io.Reader{
		"all":          func(r io.Reader) io.Reader { return r },
		"a byte":       iotest.OneByteReader,
		"half":         iotest.HalfReader,
		"end with all": iotest.DataErrReader,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(50) {
				random := rand.New(rand.NewPCG(seed, 0))
				want := make([]byte, random.IntN(20_000))
				for i := range want {
					want[i] = byte(random.Uint32())
				}
				reader := from(bytes.NewReader(want))
				ahead, got := new(readAhead), []byte(nil)
				for {
					piece := make([]byte, []int{1, 9, 50, 500, readAheadSize - 1, readAheadSize, 5000}[random.IntN(7)])
					n, err := ahead.read(piece, reader.Read)
					got = append(got, piece[:n]...)
					if err != nil {
						if !errors.Is(err, io.EOF) {
							t.Fatal(err)
						}
						break
					}
				}
				if !bytes.Equal(got, want) {
					t.Fatalf("seed %d: read %d bytes that differ from the %d that came", seed, len(got), len(want))
				}
			}
		})
	}
}

// TestReadAheadSavesReads reads frames that came at once.
func TestReadAheadSavesReads(t *testing.T) {
	t.Parallel()
	ahead, left, reads := new(readAhead), bytes.Repeat([]byte("header123payload..."), 10), 0
	for range 10 {
		for _, size := range []int{9, 10} {
			if n, err := ahead.read(make([]byte, size), func(p []byte) (int, error) {
				reads++
				n := copy(p, left)
				left = left[n:]
				return n, nil
			}); n != size || err != nil {
				t.Fatalf("read %d of %d, %v", n, size, err)
			}
		}
	}
	if reads != 2 || ahead.buffer != nil {
		t.Errorf("%d reads, want 2, and %v is held", reads, ahead.buffer)
	}
}

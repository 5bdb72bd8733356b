package rpc

import (
	"bytes"
	"slices"
	"testing"
)

// TestEnvelopes gives a stream in pieces of every size.
func TestEnvelopes(t *testing.T) {
	t.Parallel()
	wire := slices.Concat(envelope([]byte("one")), envelope(nil), []byte{flagEndOfStream, 0, 0, 0, 2, '{', '}'})
	for size := 1; size <= len(wire); size++ {
		stream := envelopes{limit: 3}
		var got []string
		for piece := range slices.Chunk(wire, size) {
			stream.rest = append(stream.rest, piece...)
			for {
				data, end, ok, err := stream.next()
				if err != nil {
					t.Fatalf("pieces of %d: %v", size, err)
				}
				if !ok {
					break
				}
				if end {
					data = append([]byte("end "), data...)
				}
				got = append(got, string(data))
			}
		}
		if !slices.Equal(got, []string{"one", "", "end {}"}) || len(stream.rest) > 0 {
			t.Errorf("pieces of %d: got %q", size, got)
		}
	}
}

func TestEnvelopesRefuse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wire []byte
		want Code
	}{
		"compressed":    {[]byte{flagCompressed, 0, 0, 0, 0}, CodeInternal},
		"unknown flags": {[]byte{1 << 7, 0, 0, 0, 0}, CodeInternal},
		"too large":     {envelope(make([]byte, 101)), CodeResourceExhausted},
		"4 GiB":         {bytes.Repeat([]byte{0, 0xff, 0xff, 0xff, 0xff}, 2), CodeResourceExhausted},
	} {
		stream := envelopes{limit: 100, rest: test.wire}
		if _, _, ok, err := stream.next(); ok || CodeOf(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]Code{200: CodeUnknown, 400: CodeInternal, 401: CodeUnauthenticated, 403: CodePermissionDenied, 404: CodeUnimplemented, 429: CodeUnavailable, 500: CodeUnknown, 503: CodeUnavailable} {
		if got := codeOfStatus(status); got != want || !got.known() {
			t.Errorf("status %d: %s, want %s", status, got, want)
		}
	}
	if Code("teapot").known() || CodeOf(nil) != "" || CodeOf(bytes.ErrTooLarge) != CodeUnknown {
		t.Error("a code that is none is known, or an error that is none has one")
	}
}

package domjs

import (
	"bytes"
	"syscall/js"
	"testing"
)

func TestBufferIsFilledAgain(t *testing.T) {
	var buffer Buffer
	var before js.Value
	for _, test := range []struct {
		text string
		same bool // the array of the call before is used again
	}{{"", false}, {"twelve bytes", false}, {"other twelve", true}, {"six by", false}, {"sixsix", true}, {"", false}, {"twelve again", false}, {"more than twelve", false}} {
		array := buffer.Copy([]byte(test.text))
		if got := BytesOf(array); !bytes.Equal(got, []byte(test.text)) {
			t.Errorf("the browser has %q, want %q", got, test.text)
		}
		if array.Equal(before) != test.same {
			t.Errorf("%q: the array of the call before is used again: %v, want %v", test.text, !test.same, test.same)
		}
		before = array
	}
}

func TestViewCopiesNothing(t *testing.T) {
	array := Uint8Array([]byte("one"))
	View(array.Get("buffer")).SetIndex(0, 'O')
	if got := string(BytesOf(array)); got != "One" {
		t.Errorf("the array has %q", got)
	}
}

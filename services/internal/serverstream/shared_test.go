package serverstream_test

import (
	"testing"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
)

// TestShared encodes a message as binary and as JSON, also when it is appended
// again and again.
func TestShared(t *testing.T) {
	t.Parallel()
	shared := serverstream.NewShared(wrapperspb.String("text"))
	for range 2 {
		for json, want := range map[bool]string{false: "before \n\x04text", true: `before "text"`} {
			if got, err := shared.Append([]byte("before "), json); err != nil || string(got) != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		}
	}
	if got, err := serverstream.NewShared(wrapperspb.String("not UTF-8: \xff")).Append(nil, false); err == nil {
		t.Errorf("got %q, want an error", got)
	}
}

package serverstream_test

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
)

// TestShared encodes a message once for each codec, and again after a failure.
func TestShared(t *testing.T) {
	t.Parallel()
	shared, calls := serverstream.NewShared(wrapperspb.String("text")), 0
	failure := errors.New("failure")
	if _, err := shared.Append(nil, "a", func(proto.Message) ([]byte, error) { return nil, failure }); !errors.Is(err, failure) {
		t.Errorf("got %v, want %v", err, failure)
	}
	for _, codec := range []string{"a", "b", "a", "b", "a"} {
		got, err := shared.Append([]byte("before "), codec, func(message proto.Message) ([]byte, error) {
			calls++
			return []byte(codec + " " + message.(*wrapperspb.StringValue).GetValue()), nil //nolint:forcetypeassert // of this test
		})
		if want := "before " + codec + " text"; err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	if calls != 2 {
		t.Errorf("encoded %d times, want once for each codec", calls)
	}
}

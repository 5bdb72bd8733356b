package invalid_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/invalid"
)

func TestError(t *testing.T) {
	t.Parallel()
	var e invalid.Error
	e.Include(nil)
	e.Include(errors.New("another error"))
	if err := e.OrNil(); err != nil {
		t.Errorf("%v, want nil without violations", err)
	}
	e.Add("pool", "must be short")
	e.Include(fmt.Errorf("wrapped: %w", invalid.Field("group_size", "must be 2 to 8")))
	var got *invalid.Error
	if err := e.OrNil(); !errors.As(err, &got) || len(got.Violations) != 2 {
		t.Fatalf("%v, want two violations", err)
	}
	if want := "pool must be short; group_size must be 2 to 8"; got.Error() != want {
		t.Errorf("%q, want %q", got, want)
	}
}

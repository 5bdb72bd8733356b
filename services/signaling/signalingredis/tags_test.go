package signalingredis

import (
	"fmt"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// TestRoomsSpread proves that a bound is never met by bad luck before the whole
// is used up, and at half as much again at the latest when it is a large one.
func TestRoomsSpread(t *testing.T) {
	t.Parallel()
	e := New(Config{tags: clusterTags})
	for _, bound := range []int{10, 100, 2000, 100_000} {
		held := make(map[string]int)
		for i := range bound {
			held[e.tagOf(fmt.Sprintf("room %d of %d", i, bound))]++
		}
		part := share(bound, clusterTags, 1)
		for tag, n := range held {
			if n > part {
				t.Errorf("%d of %d rooms are on tag %s, whose share is %d", n, bound, tag, part)
			}
		}
		if bound >= 10_000 && part*clusterTags > bound+bound/2 {
			t.Errorf("all shares of %d rooms are %d", bound, part*clusterTags)
		}
	}
	if got := share(0, clusterTags, 1); got != 0 {
		t.Errorf("the share of no bound is %d, want none", got)
	}
	if got := shareOfBytes(1000, clusterTags); got != signaling.MaxBytes {
		t.Errorf("a share of %d bytes, want a whole inbox", got)
	}
}

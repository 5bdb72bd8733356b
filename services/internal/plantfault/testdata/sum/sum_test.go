package sum

import "testing"

func TestOf(t *testing.T) {
	t.Run("three", func(t *testing.T) {
		if got := Of(1, 2, 4); got != 7 {
			t.Errorf("got %d, want 7", got)
		}
	})
}

package seeds

import (
	"slices"
	"testing"
)

func TestFor(t *testing.T) {
	t.Setenv(variable, "")
	for _, all := range []int{0, 1, 4, 5, 3000} {
		got, want := For(t, all), all
		if testing.Short() {
			want = (all + 3) / 4
		}
		if len(got) != want {
			t.Errorf("%d seeds for %d runs, want %d", len(got), all, want)
		}
		for i, seed := range got {
			if seed != got[0]+uint64(i) {
				t.Fatalf("seed %d is %d after %d", i, seed, got[0])
			}
		}
		if !testing.Short() && all > 0 && got[0] != 0 {
			t.Errorf("the first seed is %d, want 0", got[0])
		}
	}
}

func TestTheEnvironmentNamesTheSeed(t *testing.T) {
	t.Setenv(variable, "18446744073709551615")
	if got := For(t, 3000); !slices.Equal(got, []uint64{1<<64 - 1}) {
		t.Errorf("got %d, want the seed of the environment", got)
	}
}

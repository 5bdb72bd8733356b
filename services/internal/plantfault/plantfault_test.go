package plantfault

import (
	"strings"
	"testing"
	"time"
)

const (
	sum  = "testdata/sum/sum.go"
	line = "sum += numbers[i]"
)

func TestRun(t *testing.T) {
	t.Parallel()
	Run(t, "./testdata/sum", "TestOf", []Fault{
		{"subtracts", sum, line, "sum -= numbers[i]"},
		{"panics", sum, line, "sum += numbers[i+1]"},
	})
}

func TestFaultsThatAreNotCaught(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, replacement, test, want string }{
		{"survives", "sum += numbers[i] + 0", "TestOf", "not noticed"},
		{"not tested", "sum -= numbers[i]", "TestNothing", "not noticed"},
		{"does not compile", "sum +=", "TestOf", "does not compile"},
		{"hangs", "i--", "TestOf", "hangs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			overlay, err := Fault{tt.name, sum, line, tt.replacement}.plant(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			caught, err := catch(t.Context(), "./testdata/sum", tt.test, overlay, time.Second)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("caught by %q, error %v, want one that says %q", caught, err, tt.want)
			}
		})
	}
}

func TestTextMustOccurOnce(t *testing.T) {
	t.Parallel()
	for _, old := range []string{"numbers", "no such text"} {
		if _, err := (Fault{"", sum, old, ""}).plant(t.TempDir()); err == nil {
			t.Errorf("planted %q", old)
		}
	}
}

func TestShortRunsTryEveryFaultInTime(t *testing.T) {
	t.Parallel()
	for faults := range 3 * share {
		if tried := choose(faults, false); faults > 0 && (!tried(0) || !tried(faults-1)) {
			t.Errorf("of %d faults not all are tried", faults)
		}
		seen := make(map[int]bool)
		for range 1000 {
			tried, count := choose(faults, true), 0
			for i := range faults {
				if tried(i) {
					seen[i] = true
					count++
				}
			}
			if count < min(1, faults) || count > (faults+share-1)/share {
				t.Fatalf("%d of %d faults are tried", count, faults)
			}
		}
		if len(seen) != faults {
			t.Errorf("only %d of %d faults are ever tried", len(seen), faults)
		}
	}
}

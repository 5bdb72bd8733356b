package main

import (
	"math"
	"os"
	"runtime/debug"
	"testing"
)

func TestMemoryLimit(t *testing.T) {
	for _, test := range []struct {
		flag string
		want int64 // 0: an error
	}{
		{"off", math.MaxInt64},
		{"4096", 4096},
		{"4096B", 4096},
		{"64KiB", 64 << 10},
		{"512MiB", 512 << 20},
		{"2GiB", 2 << 30},
		{"1TiB", 1 << 40},
		{"", 0},
		{"0", 0},
		{"-1MiB", 0},
		{"512MB", 0},
		{"lots", 0},
		{"99999999TiB", 0},
	} {
		got, err := memoryLimit(test.flag)
		if (err != nil) != (test.want == 0) || got != test.want {
			t.Errorf("memoryLimit(%q): %d, %v, want %d", test.flag, got, err, test.want)
		}
	}
	got, err := memoryLimit("auto")
	if err != nil || got < 1<<20 {
		t.Errorf("auto: %d, %v, want what this machine has", got, err)
	}
}

// TestLimitMemory checks what the runtime is told, and that its own variables win.
func TestLimitMemory(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	for name, test := range map[string]struct {
		flag, limit, gc string
		want            int64
		floor           int
	}{
		"a size":                 {flag: "640MiB", want: 660 << 20, floor: 20 << 20},
		"a large size":           {flag: "8GiB", want: 8<<30 + highestFloor, floor: highestFloor},
		"off":                    {flag: "off", want: math.MaxInt64, floor: highestFloor},
		"GOGC says how often":    {flag: "640MiB", gc: "50", want: 640 << 20},
		"GOMEMLIMIT is stronger": {flag: "640MiB", limit: "1GiB", want: before, floor: int(min(before/32, highestFloor))},
	} {
		t.Run(name, func(t *testing.T) {
			debug.SetMemoryLimit(before)
			t.Setenv("GOGC", test.gc)
			t.Setenv("GOMEMLIMIT", test.limit)
			if test.limit == "" {
				if err := os.Unsetenv("GOMEMLIMIT"); err != nil {
					t.Fatal(err)
				}
			}
			floor, err := limitMemory(test.flag)
			if err != nil {
				t.Fatal(err)
			}
			if got := debug.SetMemoryLimit(-1); got != test.want || len(floor) != test.floor {
				t.Errorf("limit %d, floor %d, want %d and %d", got, len(floor), test.want, test.floor)
			}
		})
	}
}

// TestTrims returns memory when the program rests: some times after work, and then
// when much of it is unused.
func TestTrims(t *testing.T) {
	const mega = 1 << 20
	state := trims{last: heap{live: 40 * mega}}
	for i, step := range []struct {
		allocated, unused uint64 // in megabytes, by this step and at its end
		due               bool
	}{
		{allocated: 1},
		{allocated: 100, unused: 100}, // works
		{allocated: 26, unused: 80},
		{allocated: 25, unused: 1, due: true},
		{allocated: 1, due: true},
		{allocated: 1, unused: 5, due: true},
		{allocated: 1, unused: 26},
		{allocated: 1, unused: 27, due: true},
		{allocated: 1},
	} {
		now := heap{allocated: state.last.allocated + step.allocated*mega, live: 40 * mega, unused: step.unused * mega}
		if due := state.due(now); due != step.due {
			t.Errorf("step %d: due %v, want %v", i+1, due, step.due)
		}
	}
}

// Package seeds says with which seeds a test makes its random runs.
package seeds

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// variable names the environment variable with the only seed to run with.
const variable = "WASMP2PCHAT_SEED"

// quarter is what -short divides the number of runs by.
const quarter = 4

// For returns the seeds of a test that makes up to all runs: 0 to all-1, or with
// -short a quarter as many, one at least, that follow each other from a random
// start. If the environment names a seed in WASMP2PCHAT_SEED, For returns that only.
// A test that fails prints its seed.
func For(tb testing.TB, all int) []uint64 {
	tb.Helper()
	if text := os.Getenv(variable); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			tb.Fatalf("%s: %v", variable, err)
		}
		return []uint64{seed}
	}
	if !testing.Short() {
		return from(0, all)
	}
	return from(uint64(rand.Uint32()), (all+quarter-1)/quarter) //nolint:gosec // any will do
}

func from(first uint64, count int) []uint64 {
	seeds := make([]uint64, count)
	for i := range seeds {
		seeds[i] = first + uint64(i)
	}
	return seeds
}

package bucket

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

// TestAsRate takes tokens at random times, and as many as package rate allows.
func TestAsRate(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for range 100 {
		every, size := time.Duration(1+random.IntN(1000))*time.Millisecond, 1+random.IntN(10)
		synctest.Test(t, func(t *testing.T) {
			bucket, limiter := New(every, size), rate.NewLimiter(rate.Every(every), size)
			for i := range 200 {
				// Whole milliseconds and a half: at the very moment when a token comes,
				// package rate depends on the rounding of its fractions.
				time.Sleep(time.Duration(random.IntN(3))*every/2 + time.Duration(random.IntN(3))*500*time.Microsecond + time.Microsecond)
				if got, want := bucket.Allow(), limiter.Allow(); got != want {
					t.Fatalf("seed %d, every %v, size %d, step %d: allowed %v, want %v", seed, every, size, i, got, want)
				}
			}
		})
	}
}

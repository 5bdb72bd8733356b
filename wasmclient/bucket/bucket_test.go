package bucket

import (
	"context"
	"errors"
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

func TestWaitTakesTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bucket, began := New(time.Second, 2), time.Now()
		for i, want := range []time.Duration{0, 0, time.Second, 2 * time.Second} {
			if err := bucket.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := time.Since(began); got != want {
				t.Errorf("token %d came after %v, want %v", i, got, want)
			}
		}
		if bucket.Allow() {
			t.Error("an empty bucket has a token")
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bucket, errGone := New(time.Hour, 1), errors.New("gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errGone) })
		began := time.Now()
		if err := bucket.Wait(ctx); err != nil {
			t.Fatal(err)
		}
		if err := bucket.Wait(ctx); !errors.Is(err, errGone) || time.Since(began) != time.Second {
			t.Errorf("error %v after %v, want that of the context after a second", err, time.Since(began))
		}
	})
}

// Package retry repeats calls to a server: after pauses, until they succeed or are
// refused.
package retry

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

const (
	shortestPause = 250 * time.Millisecond
	// longestPause leaves several attempts within the 6 s that the server waits for
	// a member that is not connected yet.
	longestPause = 2 * time.Second
)

// Backoff counts failures in a row. The first retry comes at once. The later
// ones come after pauses that double, with jitter, so that the clients of a
// restarted server do not all connect at once. The zero value is ready.
type Backoff struct{ failures int }

// Reset begins anew, after a success.
func (b *Backoff) Reset() { b.failures = 0 }

// Pause returns how long to wait after one more failure.
func (b *Backoff) Pause() time.Duration {
	b.failures++
	if b.failures == 1 {
		return 0
	}
	longest := min(shortestPause<<min(b.failures-2, 10), longestPause)
	return longest/2 + rand.N(longest/2) //nolint:gosec // jitter is no secret
}

// Wait waits for the pause after one more failure, or for atLeast where that
// is longer, and returns early with the cause when ctx ends.
func (b *Backoff) Wait(ctx context.Context, atLeast time.Duration) error {
	return Sleep(ctx, max(b.Pause(), atLeast))
}

// Sleep returns nil after the pause, or the cause of the end of ctx.
func Sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// Persist calls until it succeeds, the server refuses or ctx ends. Each call
// gets at most timeout.
func Persist(ctx context.Context, timeout time.Duration, call func(context.Context) error) error {
	var failures Backoff
	for {
		err := Within(ctx, timeout, call)
		if err == nil || rpc.Refused(err) {
			return err
		}
		if failures.Wait(ctx, rpc.RetryAfter(err)) != nil {
			return err
		}
	}
}

// Within calls with at most that much time.
func Within(ctx context.Context, timeout time.Duration, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return call(ctx)
}

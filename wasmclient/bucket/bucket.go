// Package bucket bounds how often something happens. It has what the client needs of
// golang.org/x/time/rate, which links package fmt: a twelfth of the browser client.
package bucket

import (
	"context"
	"sync"
	"time"
)

// Bucket is a token bucket. It is full at first. Safe for concurrent use.
type Bucket struct {
	every time.Duration // one token comes
	most  time.Duration // until an empty bucket is full

	mu   sync.Mutex
	full time.Time // when it is full again, if nothing more is taken; guarded by mu
}

// New returns a bucket of size tokens, to which one is added after each period of
// every. Both are positive.
func New(every time.Duration, size int) *Bucket {
	return &Bucket{every: every, most: every * time.Duration(size)}
}

// Allow takes a token and reports whether there was one.
func (b *Bucket) Allow() bool { return b.take(0) == 0 }

// Wait takes a token that is there or comes next, and waits for it. The token is gone
// even if ctx ends first: the error is then its cause.
func (b *Bucket) Wait(ctx context.Context) error {
	timer := time.NewTimer(b.take(1<<63 - 1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// take takes a token, unless it comes later than patience, and returns how long that
// is from now.
func (b *Bucket) take(patience time.Duration) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	full := b.full
	if full.Before(now) {
		full = now
	}
	full = full.Add(b.every)
	wait := max(full.Sub(now)-b.most, 0)
	if wait <= patience {
		b.full = full
	}
	return wait
}

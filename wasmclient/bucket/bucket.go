// Package bucket bounds how often something happens. It has what the client needs of
// golang.org/x/time/rate, which links package fmt: a twelfth of the browser client.
package bucket

import (
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
func (b *Bucket) Allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	full := b.full
	if full.Before(now) {
		full = now
	}
	full = full.Add(b.every)
	allowed := full.Sub(now) <= b.most
	if allowed {
		b.full = full
	}
	return allowed
}

// Package credit keeps a sender from sending more than its peer has room for. A data
// channel has no backpressure of its own: what arrives is taken, and must be kept.
package credit

import (
	"sync"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
)

// early is how many bytes are sent before it is known whether the peer gives credit.
const early = 64 << 10

// Sending is what one channel may send. The zero value is not usable: New. Safe for
// concurrent use.
type Sending struct {
	changed chan struct{}

	mu      sync.Mutex // guards the following fields
	sent    uint64     // bytes in all
	granted uint64     // bytes in all
	paid    uint64     // sent at the last credit
	known   bool       // granted is what the peer has given, or it gives none
	free    bool       // the peer gives none
}

// New returns what a channel may send that has just been made.
func New() *Sending { return &Sending{changed: make(chan struct{}, 1), granted: early} }

// Take takes room for a message. It reports whether there is some.
func (s *Sending) Take(size int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.free && s.sent+uint64(size) > s.granted { //nolint:gosec // a length
		return false
	}
	s.sent += uint64(size) //nolint:gosec // a length
	return true
}

// Add counts a message that is sent in any case.
func (s *Sending) Add(size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent += uint64(size) //nolint:gosec // a length
}

// Grant notes the bytes in all for which the peer has room. Less than before changes
// nothing. It reports whether there was a reason to say so: this is the first time, or
// something was sent since the last one.
func (s *Sending) Grant(total uint64) (due bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	due = s.free || !s.known || s.sent > s.paid
	if s.free || !s.known {
		s.granted = 0
	}
	s.known, s.free, s.paid = true, false, s.sent
	s.granted = max(s.granted, total)
	workqueue.Signal(s.changed)
	return due
}

// Without notes that the peer gives no credit, unless it does.
func (s *Sending) Without() {
	s.mu.Lock()
	if !s.known {
		s.known, s.free = true, true
	}
	s.mu.Unlock()
	workqueue.Signal(s.changed)
}

// Unlimited reports whether the peer gives no credit.
func (s *Sending) Unlimited() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.free
}

// Changed is filled when there may be more room. One goroutine may wait for it.
func (s *Sending) Changed() <-chan struct{} { return s.changed }

// first is the first window of a channel. A message of any size, up to 64 KiB, fits into
// the three quarters that the sender has left at least when all is read.
const first = 96 << 10

// Receiving is what one channel has received, and how much its sender was granted. The
// zero value is that of a new channel. Safe for concurrent use.
type Receiving struct {
	mu                sync.Mutex // guards the following fields
	received, granted uint64     // bytes in all
	window            int        // bytes; zero: Grant was never due
}

// Received counts a message. It reports whether the sender was granted so much.
func (r *Receiving) Received(size int) (granted bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.received += uint64(size) //nolint:gosec // a length
	return r.received <= r.granted
}

// Grant returns the bytes in all for which there is room, when unread bytes wait for the
// reader, and whether the sender should be told: the first time, and when it is much more
// than it was told before. The window of a reader that keeps up grows to widest: a sender
// that does not wait for credit is noticed soon, and an honest one is not slowed down.
func (r *Receiving) Grant(widest, unread int) (total uint64, due bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	window := max(r.window, first)
	total = r.total(window, unread)
	if r.window > 0 && total < r.granted+uint64(window/4) {
		return total, false
	}
	if r.window > 0 && unread <= window/4 {
		window = min(2*window, widest)
		total = r.total(window, unread)
	}
	r.window, r.granted = window, total
	return total, true
}

func (r *Receiving) total(window, unread int) uint64 {
	return max(r.granted, r.received+uint64(max(window-unread, 0)))
}

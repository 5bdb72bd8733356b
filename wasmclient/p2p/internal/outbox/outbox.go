// Package outbox sends the signals of one member to another one, by the server.
package outbox

import (
	"context"
	"slices"
	"sync"
	"time"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/retry"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
)

const (
	outboxBatch = 128      // signals in one SendSignals
	outboxKept  = 64 << 10 // bytes kept for replay
)

// Outbox sends signals to one peer: in order, in batches, with one request in
// flight. It keeps the signals of the current negotiation after the server has
// stored them, so that they can be sent again if the server or the peer loses
// them. Its methods are safe for concurrent use; run may be called once.
type Outbox struct {
	gather time.Duration
	send   func(ctx context.Context, firstSeq uint64, signals []*signalingv1.Signal) (lastStored uint64, err error)
	wake   chan struct{}
	retry  chan struct{} // signaled when the server is back, to end a pause

	mu       sync.Mutex // guards the following fields
	kept     []*signalingv1.Signal
	stored   int    // how many of kept are stored; the others wait
	next     uint64 // seq of the first that waits, or of the next signal
	held     bool   // until the first join: it takes along what waits
	joining  int    // how many of those that wait are on their way with a join
	welcomed bool   // the server has said what it has stored
}

// New returns an Outbox that waits for other candidates for as long as gather, and
// sends with the given function.
func New(gather time.Duration, send func(context.Context, uint64, []*signalingv1.Signal) (uint64, error)) *Outbox {
	return &Outbox{gather: gather, send: send, wake: make(chan struct{}, 1), retry: make(chan struct{}, 1), next: 1}
}

// Put queues a signal. A description begins a new negotiation, so put forgets
// the stored signals of older ones.
func (o *Outbox) Put(sig *signalingv1.Signal) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if sig.GetDescription() != nil {
		o.forgetLocked(o.stored)
	}
	o.kept = append(o.kept, sig)
	o.trimLocked()
	workqueue.Signal(o.wake)
}

// PutIntroduced keeps a signal that has reached the peer with the match.
func (o *Outbox) PutIntroduced(sig *signalingv1.Signal) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept = append(o.kept, sig)
	o.stored++
}

// Hold sends nothing until the first join, which takes along what waits.
func (o *Outbox) Hold() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held = true
}

// Join returns what a join takes along: what waits, until a join has been
// answered, and nothing if it must go alone.
func (o *Outbox) Join(alone bool) (first uint64, batch []*signalingv1.Signal) {
	o.mu.Lock()
	defer o.mu.Unlock()
	workqueue.Signal(o.wake)
	o.held, o.joining = false, 0
	if alone || o.welcomed {
		return 0, nil
	}
	waiting := o.kept[o.stored:]
	o.joining = min(len(waiting), outboxBatch)
	return o.next, slices.Clone(waiting[:o.joining])
}

// Resend queues all signals of the current negotiation again, with new seq.
func (o *Outbox) Resend() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.next += uint64(len(o.kept[o.stored:]))
	o.stored, o.joining = 0, 0
	workqueue.Signal(o.wake)
}

// Acknowledge sets the seq of the last signal that the server has stored. If it
// has stored fewer than were sent, the rest is sent again. If it has lost
// signals that are no longer kept, or has stored more than were ever sent, the
// waiting signals are renumbered.
func (o *Outbox) Acknowledge(lastStored uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.joining = 0
	if lastStored < o.next+uint64(len(o.kept[o.stored:])) {
		for o.next <= lastStored {
			o.next++
			o.stored++
		}
		for o.next > lastStored+1 && o.stored > 0 {
			o.next--
			o.stored--
		}
	}
	o.next = lastStored + 1
	if o.stored < len(o.kept) {
		workqueue.Signal(o.wake)
	}
}

// Welcome is acknowledge when the server is back. It also ends a pause.
func (o *Outbox) Welcome(lastStored uint64) {
	o.Acknowledge(lastStored)
	o.mu.Lock()
	o.welcomed = true
	o.mu.Unlock()
	workqueue.Signal(o.retry)
}

// Run sends until ctx ends. Signals that the server rejects each for itself are
// left out. Otherwise they wait for the next welcome or signal, because a closed
// room can be recreated.
func (o *Outbox) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.wake:
		}
		if !o.urgent() && retry.Sleep(ctx, o.gather) != nil {
			return
		}
		o.flush(ctx)
	}
}

func (o *Outbox) flush(ctx context.Context) {
	var failures retry.Backoff
	for {
		first, batch := o.pending()
		if len(batch) == 0 {
			return
		}
		lastStored, err := o.send(ctx, first, batch)
		switch {
		case err == nil:
			o.Acknowledge(lastStored)
			if lastStored >= first {
				failures.Reset()
				continue
			}
		case rpc.Refused(err):
			if !o.leaveOut(batch, rpc.RefusedElements(err, "signals")) {
				return
			}
			continue
		}
		if o.pause(ctx, failures.Pause(), rpc.RetryAfter(err)) != nil {
			return
		}
	}
}

// leaveOut forgets those signals of a batch that can never be stored, so that
// the others are. It reports whether there were any.
func (o *Outbox) leaveOut(batch []*signalingv1.Signal, indexes []int) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	before := len(o.kept)
	for _, i := range indexes {
		if i >= len(batch) {
			continue
		}
		waiting := o.kept[o.stored:]
		if at := slices.Index(waiting, batch[i]); at >= 0 {
			o.kept = slices.Delete(o.kept, o.stored+at, o.stored+at+1)
		}
	}
	return len(o.kept) < before
}

// pause waits after a failure. A welcome ends it early, unless the server asked
// for the pause.
func (o *Outbox) pause(ctx context.Context, pause, asked time.Duration) error {
	if asked > 0 {
		return retry.Sleep(ctx, max(pause, asked))
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-o.retry:
	case <-timer.C:
	}
	return nil
}

func (o *Outbox) pending() (first uint64, batch []*signalingv1.Signal) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.held {
		return 0, nil
	}
	batch = o.kept[o.stored+o.joining:]
	return o.next + uint64(o.joining), slices.Clone(batch[:min(len(batch), outboxBatch)]) //nolint:gosec // a small count
}

// urgent reports whether a signal waits that is not a candidate. Only candidates
// are delayed, to send several in one request.
func (o *Outbox) urgent() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.ContainsFunc(o.kept[o.stored+o.joining:], func(s *signalingv1.Signal) bool {
		return s.GetCandidate() == nil && s.GetEndOfCandidates() == nil
	})
}

// trimLocked forgets the oldest stored signals beyond the bound.
func (o *Outbox) trimLocked() {
	size := 0
	for i := len(o.kept) - 1; i >= 0; i-- {
		if size += lite.Size(o.kept[i]); size > outboxKept {
			o.forgetLocked(min(i+1, o.stored))
			return
		}
	}
}

func (o *Outbox) forgetLocked(count int) {
	o.kept = slices.Delete(o.kept, 0, count)
	o.stored -= count
}

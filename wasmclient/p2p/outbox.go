package p2p

import (
	"context"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

const (
	outboxBatch = 128      // signals in one SendSignals
	outboxKept  = 64 << 10 // bytes kept for replay
)

// outbox sends signals to one peer: in order, in batches, one request in
// flight. Signals of the current negotiation are kept after they are stored,
// so that a server or peer that lost them gets them again. Its methods are
// safe for concurrent use; run runs once.
type outbox struct {
	gather time.Duration
	send   func(ctx context.Context, firstSeq uint64, signals []*signalingv1.Signal) (lastStored uint64, err error)
	wake   chan struct{}
	retry  chan struct{} // the server is back: no need to wait any longer

	mu     sync.Mutex // guards the following fields
	kept   []*signalingv1.Signal
	stored int    // so many of kept are stored, the others wait
	next   uint64 // seq of the first that waits, or of the next signal
}

func newOutbox(gather time.Duration, send func(context.Context, uint64, []*signalingv1.Signal) (uint64, error)) *outbox {
	return &outbox{gather: gather, send: send, wake: make(chan struct{}, 1), retry: make(chan struct{}, 1), next: 1}
}

// put queues a signal. A description begins a negotiation: what the server
// stored of an older one is forgotten.
func (o *outbox) put(sig *signalingv1.Signal) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if sig.GetDescription() != nil {
		o.forgetLocked(o.stored)
	}
	o.kept = append(o.kept, sig)
	o.trimLocked()
	signal(o.wake)
}

// resend queues everything of the current negotiation once more, under new
// seq.
func (o *outbox) resend() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.next += uint64(len(o.kept[o.stored:]))
	o.stored = 0
	signal(o.wake)
}

// acknowledge takes the server's word for what it stored. Where the server
// knows less than was sent, the rest goes again; where it lost what is no
// longer kept, or knows more than was ever sent, the signals are renumbered.
func (o *outbox) acknowledge(lastStored uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
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
		signal(o.wake)
	}
}

// welcome is acknowledge by a server that is back.
func (o *outbox) welcome(lastStored uint64) {
	o.acknowledge(lastStored)
	signal(o.retry)
}

// run sends until ctx ends. What the server refuses waits for the next welcome
// or signal: a room that is over can be born again.
func (o *outbox) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.wake:
		}
		if !o.urgent() && sleep(ctx, o.gather) != nil {
			return
		}
		o.flush(ctx)
	}
}

func (o *outbox) flush(ctx context.Context) {
	var failures backoff
	for {
		first, batch := o.pending()
		if len(batch) == 0 {
			return
		}
		lastStored, err := o.send(ctx, first, batch)
		switch {
		case err == nil:
			o.acknowledge(lastStored)
			if lastStored >= first {
				failures.reset()
				continue
			}
		case refused(err):
			return
		}
		if o.pause(ctx, failures.pause(), retryAfter(err)) != nil {
			return
		}
	}
}

// pause waits after a failure. A welcome cuts it short, unless the server asked
// for it.
func (o *outbox) pause(ctx context.Context, pause, asked time.Duration) error {
	if asked > 0 {
		return sleep(ctx, max(pause, asked))
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

func (o *outbox) pending() (first uint64, batch []*signalingv1.Signal) {
	o.mu.Lock()
	defer o.mu.Unlock()
	batch = o.kept[o.stored:]
	return o.next, slices.Clone(batch[:min(len(batch), outboxBatch)])
}

// urgent says whether something waits that must not be held back to gather
// more: anything but candidates.
func (o *outbox) urgent() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.ContainsFunc(o.kept[o.stored:], func(s *signalingv1.Signal) bool {
		return s.GetCandidate() == nil && s.GetEndOfCandidates() == nil
	})
}

// trimLocked forgets the oldest stored signals beyond the bound.
func (o *outbox) trimLocked() {
	size := 0
	for i := len(o.kept) - 1; i >= 0; i-- {
		if size += proto.Size(o.kept[i]); size > outboxKept {
			o.forgetLocked(min(i+1, o.stored))
			return
		}
	}
}

func (o *outbox) forgetLocked(count int) {
	o.kept = slices.Delete(o.kept, 0, count)
	o.stored -= count
}

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

	mu     sync.Mutex // guards the following fields
	kept   []*signalingv1.Signal
	first  uint64 // seq of kept[0], or of the next signal while there is none
	stored uint64 // seq of the last signal the server stored
}

func newOutbox(gather time.Duration, send func(context.Context, uint64, []*signalingv1.Signal) (uint64, error)) *outbox {
	return &outbox{gather: gather, send: send, wake: make(chan struct{}, 1), first: 1}
}

// put queues a signal. A description begins a negotiation: what the server
// stored of an older one is forgotten.
func (o *outbox) put(sig *signalingv1.Signal) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if sig.GetDescription() != nil {
		o.forgetLocked(int(o.stored + 1 - o.first))
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
	next := o.first + uint64(len(o.kept))
	o.first, o.stored = next, next-1
	signal(o.wake)
}

// acknowledge takes the server's word for what it stored. Where the server
// knows less than was sent, the rest goes again; where it lost what is no
// longer kept, or knows more than was ever sent, the signals are renumbered.
func (o *outbox) acknowledge(lastStored uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	end := o.first + uint64(len(o.kept))
	switch {
	case lastStored+1 < o.first:
		o.first = lastStored + 1
	case lastStored >= end:
		o.first += lastStored - o.stored
	}
	o.stored = lastStored
	if len(o.pendingLocked()) > 0 {
		signal(o.wake)
	}
}

// run sends until ctx ends or the server refuses.
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
		if o.flush(ctx) != nil {
			return
		}
	}
}

func (o *outbox) flush(ctx context.Context) error {
	var failures backoff
	for {
		first, batch := o.pending()
		if len(batch) == 0 {
			return nil
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
			return err
		}
		if err := failures.wait(ctx, retryAfter(err)); err != nil {
			return err
		}
	}
}

func (o *outbox) pending() (first uint64, batch []*signalingv1.Signal) {
	o.mu.Lock()
	defer o.mu.Unlock()
	batch = o.pendingLocked()
	return o.stored + 1, slices.Clone(batch[:min(len(batch), outboxBatch)])
}

func (o *outbox) pendingLocked() []*signalingv1.Signal {
	return o.kept[o.stored+1-o.first:]
}

// urgent says whether something waits that must not be held back to gather
// more: anything but candidates.
func (o *outbox) urgent() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.ContainsFunc(o.pendingLocked(), func(s *signalingv1.Signal) bool {
		return s.GetCandidate() == nil && s.GetEndOfCandidates() == nil
	})
}

// trimLocked forgets the oldest stored signals beyond the bound.
func (o *outbox) trimLocked() {
	size, stored := 0, int(o.stored+1-o.first)
	for i := len(o.kept) - 1; i >= 0; i-- {
		if size += proto.Size(o.kept[i]); size > outboxKept {
			o.forgetLocked(min(i+1, stored))
			return
		}
	}
}

func (o *outbox) forgetLocked(count int) {
	o.kept = slices.Delete(o.kept, 0, count)
	o.first += uint64(count)
}

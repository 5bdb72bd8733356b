package p2p

import (
	"context"
	"errors"
	"io"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"
)

var (
	// errDone is what a handler returns for the event that completes a stream.
	errDone    = errors.New("stream is complete")
	errBlocked = errors.New("no event arrived")
	errSilent  = errors.New("stream fell silent")
)

// detachedError is what a handler returns when the server ends a stream and
// expects the client back.
type detachedError struct{ retryAfter time.Duration }

func (*detachedError) Error() string { return "stream detached by the server" }

// stream follows a server stream over any number of connections. Both services
// have the same kind: whoever attaches again goes on where it was.
type stream[Event any] struct {
	clock timeouts
	// open asks the server; attempt counts up from zero, a nil maxStream leaves
	// the length of the stream to the server.
	open func(ctx context.Context, attempt uint32, maxStream *durationpb.Duration) (*connect.ServerStreamForClient[Event], error)
	// handle takes one event. It returns nil to go on, errDone, a
	// *detachedError, or any other error to end it all. It must not block.
	handle func(*Event) error
	// retrying is told of each attempt that yielded nothing.
	retrying func(error)
}

// follow attaches again and again until handle returns errDone (follow then
// returns nil) or an error of its own, the server refuses, nothing ever
// arrives (both an *EndedError), or ctx ends (its cause).
func (s *stream[Event]) follow(ctx context.Context) error {
	var failures backoff
	var maxStream *durationpb.Duration
	for attempt := uint32(0); ; attempt++ {
		began := time.Now()
		events, handled, err := s.attach(ctx, attempt, maxStream)
		var detached *detachedError
		switch {
		case errors.Is(handled, errDone):
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.As(handled, &detached):
		case handled != nil:
			return handled
		case errors.Is(err, errBlocked) && maxStream != nil:
			return &EndedError{Reason: ReasonStreamBlocked, Err: err}
		case errors.Is(err, errBlocked):
			maxStream = durationpb.New(s.clock.longPoll)
			continue
		case refused(err):
			return &EndedError{Reason: ReasonRefused, RetryAfter: retryAfter(err), Err: err}
		case events == 0:
			s.retrying(err)
		}
		// A server that ends every stream at once must not be asked in a loop.
		if events > 0 && time.Since(began) >= time.Second {
			failures.reset()
		}
		atLeast := retryAfter(err)
		if detached != nil {
			atLeast = detached.retryAfter
		}
		if err := failures.wait(ctx, atLeast); err != nil {
			return err
		}
	}
}

// attach reads one connection to its end and returns how many events it gave,
// and what ended it: the handler's word or an error.
func (s *stream[Event]) attach(ctx context.Context, attempt uint32, maxStream *durationpb.Duration) (events int, handled, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	blocked := time.AfterFunc(s.clock.firstEvent, func() { cancel(errBlocked) })
	defer blocked.Stop()
	response, err := s.open(ctx, attempt, maxStream)
	if err != nil {
		return 0, nil, causeOr(ctx, err)
	}
	defer func() {
		cancel(nil) // first, or Close would wait for the rest of the stream
		_ = response.Close()
	}()
	silent := time.AfterFunc(s.clock.firstEvent+s.clock.silence, func() { cancel(errSilent) })
	defer silent.Stop()
	for response.Receive() {
		blocked.Stop()
		silent.Reset(s.clock.silence)
		events++
		if handled = s.handle(response.Msg()); handled != nil {
			return events, handled, nil
		}
	}
	if err = response.Err(); err == nil {
		err = io.ErrUnexpectedEOF
	}
	return events, nil, causeOr(ctx, err)
}

// causeOr returns why ctx ended, or err while it has not.
func causeOr(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

package p2p

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"
)

var (
	// errDone is what a handler returns for the event that completes a stream.
	errDone    = errors.New("stream is complete")
	errBlocked = errors.New("no event arrived")
	errSilent  = errors.New("stream fell silent")
	errAgain   = errors.New("stream is opened anew")
)

// detachedError is what a handler returns when the server ends a stream and
// expects the client back.
type detachedError struct{ retryAfter time.Duration }

func (*detachedError) Error() string { return "stream detached by the server" }

// stream follows a server stream over any number of connections. Both services
// have the same kind: whoever attaches again goes on where it was. follow may
// be called again after it has returned.
type stream[Event any] struct {
	clock timeouts
	// open asks the server; attempt counts up from zero, a nil maxStream leaves
	// the length to the server.
	open func(ctx context.Context, attempt uint32, maxStream *durationpb.Duration) (*connect.ServerStreamForClient[Event], error)
	// handle takes one event. It returns nil to go on, errDone, a
	// *detachedError, or any other error to end it all. It must not block.
	handle func(*Event) error
	// retrying is told of each attempt that yielded nothing.
	retrying func(error)
	// broken is told of each connection that is over and will be replaced.
	broken func()

	attempt uint32 // of the next connection
	flowed  bool   // events came while the stream was open for long

	mu  sync.Mutex // guards the following fields
	cut context.CancelCauseFunc
}

// reattach opens the stream anew at once: what carries it may be gone. It does
// not block and may be called from any goroutine.
func (s *stream[Event]) reattach() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cut != nil {
		s.cut(errAgain)
	}
}

// cuttable returns a context that reattach ends.
func (s *stream[Event]) cuttable(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = cancel
	return ctx, cancel
}

// follow attaches again and again until handle returns errDone (follow then
// returns nil) or an error of its own, the server refuses, nothing ever
// arrives (both an *EndedError), or ctx ends (its cause).
func (s *stream[Event]) follow(ctx context.Context) error {
	var failures backoff
	var maxStream *durationpb.Duration
	for {
		began := time.Now()
		events, handled, err := s.attach(ctx, maxStream)
		var detached *detachedError
		switch {
		case errors.Is(handled, errDone):
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.As(handled, &detached):
		case handled != nil:
			return handled
		case errors.Is(err, errAgain):
			failures.reset()
			s.broken()
			continue
		case errors.Is(err, errBlocked) && maxStream != nil && !s.flowed:
			return &EndedError{Reason: ReasonStreamBlocked, Err: err}
		case errors.Is(err, errBlocked) && maxStream == nil:
			s.broken()
			maxStream = durationpb.New(s.clock.longPoll)
			continue
		case refused(err) && (!s.flowed || connect.IsWireError(err)):
			return &EndedError{Reason: ReasonRefused, RetryAfter: retryAfter(err), Err: err}
		}
		s.broken()
		if events == 0 {
			s.retrying(err)
		}
		if s.flowed {
			maxStream = nil // it was the network that was down, nothing holds streams back
		}
		// A server that ends every stream at once must not be asked in a loop.
		if events > 0 && time.Since(began) >= time.Second {
			failures.reset()
		}
		atLeast := retryAfter(err)
		if detached != nil {
			atLeast = detached.retryAfter
		}
		if err := s.pause(ctx, &failures, atLeast); err != nil {
			return err
		}
	}
}

// pause waits after a failure. reattach cuts it short, unless the server asked
// for it.
func (s *stream[Event]) pause(ctx context.Context, failures *backoff, atLeast time.Duration) error {
	if atLeast > 0 {
		return failures.wait(ctx, atLeast)
	}
	waiting, cancel := s.cuttable(ctx)
	defer cancel(nil)
	if err := failures.wait(waiting, 0); err != nil && !errors.Is(err, errAgain) {
		return err
	}
	return nil
}

// attach reads one connection to its end and returns how many events it gave,
// and what ended it: the handler's word or an error.
func (s *stream[Event]) attach(ctx context.Context, maxStream *durationpb.Duration) (events int, handled, err error) {
	ctx, cancel := s.cuttable(ctx)
	defer cancel(nil)
	attempt := s.attempt
	s.attempt++
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
		s.flowed = s.flowed || maxStream == nil
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

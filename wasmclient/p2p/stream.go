package p2p

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/retry"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

var (
	// errDone is returned by a handler for the last event of a stream.
	errDone    = errors.New("stream is complete")
	errBlocked = errors.New("no event arrived")
	errSilent  = errors.New("stream fell silent")
	errAgain   = errors.New("stream is re-attached")
)

// detachedError is returned by a handler when the server ends a stream and
// expects the client to attach again.
type detachedError struct{ retryAfter time.Duration }

func (*detachedError) Error() string { return "stream detached by the server" }

// stream follows a server stream over any number of connections. It works for
// both services, because a client that attaches again goes on where it was.
// follow may be called again after it has returned.
type stream struct {
	clock timeouts
	// open calls the server. attempt counts up from zero; with a nil maxStream
	// the server chooses how long the stream lasts.
	open func(ctx context.Context, attempt uint32, maxStream *lite.Duration) (*rpc.Events, error)
	// next returns an empty event, and the function that handles it after it has come.
	// That function returns nil to go on, errDone, a *detachedError, or any other error
	// to end follow. It must not block.
	next func() (event lite.Message, handle func() error)
	// retrying is called after each attempt without an event.
	retrying func(error)
	// broken is called when a connection is over and will be replaced.
	broken func()

	attempt uint32 // of the next connection
	flowed  bool   // an event came while the length was left to the server

	mu  sync.Mutex // guards the following fields
	cut context.CancelCauseFunc
}

// reattach replaces the connection at once, because it may be dead. It does not
// block and may be called from any goroutine.
func (s *stream) reattach() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cut != nil {
		s.cut(errAgain)
	}
}

// cuttable returns a context that reattach ends.
func (s *stream) cuttable(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = cancel
	return ctx, cancel
}

// follow attaches again and again until an event is handled with errDone (follow then
// returns nil) or an error of its own, the server refuses, nothing ever
// arrives (both an *EndedError), or ctx ends (its cause).
func (s *stream) follow(ctx context.Context) error {
	var failures retry.Backoff
	var maxStream *lite.Duration
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
			failures.Reset()
			s.broken()
			continue
		case errors.Is(err, errBlocked) && maxStream != nil && !s.flowed:
			return &EndedError{Reason: ReasonStreamBlocked, Err: err}
		case errors.Is(err, errBlocked) && maxStream == nil:
			s.broken()
			maxStream = lite.NewDuration(s.clock.longPoll)
			continue
		case rpc.Refused(err) && (!s.flowed || rpc.IsWire(err)):
			return &EndedError{Reason: ReasonRefused, RetryAfter: rpc.RetryAfter(err), Err: err}
		}
		s.broken()
		if events == 0 {
			s.retrying(err)
		}
		if s.flowed {
			maxStream = nil // no proxy buffers streams: the network was down
		}
		// A server that ends every stream at once must not be asked in a loop.
		if events > 0 && time.Since(began) >= time.Second {
			failures.Reset()
		}
		atLeast := rpc.RetryAfter(err)
		if detached != nil {
			atLeast = detached.retryAfter
		}
		if err := s.pause(ctx, &failures, atLeast); err != nil {
			return err
		}
	}
}

// pause waits after a failure. reattach ends it early, unless the server asked
// for the pause.
func (s *stream) pause(ctx context.Context, failures *retry.Backoff, atLeast time.Duration) error {
	if atLeast > 0 {
		return failures.Wait(ctx, atLeast)
	}
	waiting, cancel := s.cuttable(ctx)
	defer cancel(nil)
	if err := failures.Wait(waiting, 0); err != nil && !errors.Is(err, errAgain) {
		return err
	}
	return nil
}

// attach reads one connection to its end. It returns the number of events, and
// what ended it: the error of the handler, or that of the connection.
func (s *stream) attach(ctx context.Context, maxStream *lite.Duration) (events int, handled, err error) {
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
		response.Close()
	}()
	silent := time.AfterFunc(s.clock.firstEvent+s.clock.silence, func() { cancel(errSilent) })
	defer silent.Stop()
	for {
		event, handle := s.next()
		if err := response.Receive(event); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return events, nil, causeOr(ctx, err)
		}
		blocked.Stop()
		silent.Reset(s.clock.silence)
		events++
		s.flowed = s.flowed || maxStream == nil
		if handled = handle(); handled != nil {
			s.finish(response, cancel)
			return events, handled, nil
		}
	}
}

// finish reads the end of a stream whose last event has come, so that HTTP/1.1 can
// use the connection again. It does not wait for it for long.
func (s *stream) finish(response *rpc.Events, cancel context.CancelCauseFunc) {
	defer time.AfterFunc(s.clock.gather, func() { cancel(nil) }).Stop()
	for {
		if event, _ := s.next(); response.Receive(event) != nil {
			return
		}
	}
}

// causeOr returns why ctx ended, or err while it has not.
func causeOr(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

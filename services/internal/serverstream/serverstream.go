// Package serverstream runs a server stream: it sends events as they come and
// heartbeats between them, and ends the stream when the server drains, and before
// proxies cut a long response.
package serverstream

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"time"
)

const (
	// Heartbeat is the pause before a heartbeat on a quiet stream, plus or minus
	// a fifth, so that streams do not send theirs at the same time. Proxies cut a
	// silent response after 30 to 60 seconds.
	Heartbeat = 10 * time.Second
	// Longest is how long a stream may last. Some proxies cut it after an hour.
	Longest = 50 * time.Minute
)

var (
	// ErrDraining ends a stream because the server shuts down.
	ErrDraining = errors.New("server is draining")
	// ErrRotate ends a stream because it reached its longest duration.
	ErrRotate = errors.New("stream reached its longest life")

	errBeat = errors.New("heartbeat is due")
)

// A Stream is a server stream, to be run with Run.
type Stream[E any] struct {
	// Next waits for the next event and returns io.EOF after the last one.
	Next func(context.Context) (E, error)
	// Send writes one event.
	Send func(E) error
	// Beat writes a heartbeat.
	Beat func() error
	// Longest is how long the stream may last. Zero or above the constant
	// Longest: the constant.
	Longest time.Duration
	// Draining is done once the server drains; the stream then ends with
	// ErrDraining.
	Draining context.Context
}

// Run runs the stream to its end, in the caller's goroutine. It returns nil
// after the last event, ErrDraining or ErrRotate, the caller's context error,
// or an error of Next, Send or Beat.
func (s Stream[E]) Run(ctx context.Context) error {
	if s.Longest <= 0 || s.Longest > Longest {
		s.Longest = Longest
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.Longest, ErrRotate)
	defer cancel()
	ctx, drain := context.WithCancelCause(ctx)
	defer drain(nil)
	defer context.AfterFunc(s.Draining, func() { drain(ErrDraining) })()

	for {
		switch event, err := s.next(ctx); {
		case errors.Is(err, errBeat):
			if err := s.Beat(); err != nil {
				return err
			}
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		default:
			if err := s.Send(event); err != nil {
				return err
			}
		}
	}
}

// next waits for an event, but not longer than until the next heartbeat.
func (s Stream[E]) next(ctx context.Context) (E, error) {
	wait, cancel := context.WithTimeoutCause(ctx, jitter(Heartbeat), errBeat)
	defer cancel()
	event, err := s.Next(wait)
	if err != nil && wait.Err() != nil && !errors.Is(err, io.EOF) {
		err = context.Cause(wait)
	}
	return event, err
}

func jitter(d time.Duration) time.Duration {
	return d - d/5 + rand.N(2*d/5) //nolint:gosec // only spreads the load
}

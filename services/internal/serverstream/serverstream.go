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

// SlowWrite is how long a write may block before the stream ends: its reader
// is slower than what there is to tell.
const SlowWrite = 10 * time.Second

var (
	// ErrDraining ends a stream because the server shuts down.
	ErrDraining = errors.New("server is draining")
	// ErrRotate ends a stream because it reached its longest duration.
	ErrRotate = errors.New("stream reached its longest life")
	// ErrSlowReader ends a stream because a write blocked for SlowWrite.
	ErrSlowReader = errors.New("reader is too slow")

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

	wrote    time.Time
	gatherer *gatherer // nil: each event is flushed when it is sent
}

// Run runs the stream to its end, in the caller's goroutine. It returns nil
// after the last event, ErrDraining, ErrRotate or ErrSlowReader, the caller's
// context error, or an error of Next, Send or Beat.
func (s Stream[E]) Run(ctx context.Context) error {
	if s.Longest <= 0 || s.Longest > Longest {
		s.Longest = Longest
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	defer time.AfterFunc(s.Longest, func() { end(ErrRotate) }).Stop()
	defer context.AfterFunc(s.Draining, func() { end(ErrDraining) })()
	s.wrote = time.Now()
	if s.gatherer = gathererFrom(ctx); s.gatherer != nil {
		s.gatherer.running = true
	}
	for {
		err := s.untilBeat(ctx)
		if errors.Is(err, errBeat) {
			err = s.write(s.Beat)
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// untilBeat sends events until nothing was written for the time of a heartbeat.
// One context serves all of them.
func (s *Stream[E]) untilBeat(ctx context.Context) error {
	quiet := jitter(Heartbeat)
	wait, cancel := context.WithTimeoutCause(ctx, quiet-time.Since(s.wrote), errBeat)
	defer cancel()
	for {
		event, here, err := s.gathered()
		if !here {
			event, err = s.Next(wait)
		}
		switch {
		case err == nil:
			err := s.write(func() error { return s.Send(event) })
			if errors.Is(err, ErrSlowReader) && s.over() {
				return io.EOF
			}
			if err != nil {
				return err
			}
		case here || wait.Err() == nil || errors.Is(err, io.EOF):
			return err
		case ctx.Err() == nil && time.Since(s.wrote) < quiet:
			return nil // an event came: wait on from there
		default:
			return context.Cause(wait)
		}
	}
}

// gathered returns the next event if it is there already and may share a write
// with what was sent before. Otherwise that leaves, so that Next may wait.
func (s *Stream[E]) gathered() (event E, here bool, err error) {
	if s.gatherer == nil || !s.gatherer.held {
		return event, false, nil
	}
	event, err = s.Next(ended)
	if !errors.Is(err, context.Canceled) {
		return event, true, err
	}
	err = s.write(s.gatherer.release)
	return event, err != nil, err
}

// over reports whether the last event was sent. Another event is lost: its
// reader opens the stream again.
func (s *Stream[E]) over() bool {
	_, err := s.Next(ended)
	return errors.Is(err, io.EOF)
}

// ended asks Next for what is there already.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

func (s *Stream[E]) write(send func() error) error {
	began := time.Now()
	err := send()
	if s.wrote = time.Now(); err == nil && s.wrote.Sub(began) > SlowWrite {
		err = ErrSlowReader
	}
	return err
}

func jitter(d time.Duration) time.Duration {
	return d - d/5 + rand.N(2*d/5) //nolint:gosec // only spreads the load
}

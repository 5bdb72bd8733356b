// Package serverstream runs a server stream: it sends events as they come and
// heartbeats between them, and ends the stream when the server drains, and before
// proxies cut a long response.
package serverstream

import (
	"context"
	"errors"
	"hash/maphash"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

const (
	// Heartbeat is the pause before a heartbeat on a quiet stream, plus or minus
	// a fifth. Proxies cut a silent response after 30 to 60 seconds.
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
)

// A Watch is where the events of a stream come from.
type Watch[E any] interface {
	// Next waits for the next event and returns io.EOF after the last one. When
	// its context ends first, it returns the context's error, and when Wake is
	// called first, Stream.Woken. It returns an event that is there already in any
	// case.
	Next(ctx context.Context) (E, error)
	// Wake ends the wait of Next, or the next one. It must not block.
	Wake()
}

// A Stream is a server stream, to be run with Run.
type Stream[E any] struct {
	// Watch is where the events come from.
	Watch Watch[E]
	// Woken is what Watch.Next returns, or wraps, after Wake.
	Woken error
	// Send writes one event.
	Send func(E) error
	// Beat returns the next heartbeat, and Write writes it.
	Beat  func() (*Shared, error)
	Write func(*Shared) error
	// Longest is how long the stream may last. Zero or above the constant
	// Longest: the constant.
	Longest time.Duration
	// Clock says when heartbeats are due, and when the stream must end.
	Clock *Clock
	// Suspended is what Resumed returns when the handler is called again after Run
	// has returned ErrSuspended. Nil: Run never does.
	Suspended any
}

// Run runs the stream to its end, in the caller's goroutine. It returns nil
// after the last event, ErrDraining, ErrRotate or ErrSlowReader, the caller's
// context error, or an error of Watch.Next, Send, Beat or Write. With Suspended, it
// returns ErrSuspended when no event has come for a while.
func (s *Stream[E]) Run(ctx context.Context) error {
	r := s.begin(ctx)
	defer r.stop()
	for {
		event, there, err := r.there()
		if !there {
			event, err = s.Watch.Next(ctx)
		}
		if err == nil {
			err = r.send(event)
		} else if errors.Is(err, s.Woken) {
			err = r.woken(ctx)
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// AbortIfGone ends a response whose client has gone, without the end that nobody
// would read. It panics with http.ErrAbortHandler then: only what is deferred
// still runs.
func AbortIfGone(ctx context.Context) {
	if errors.Is(ctx.Err(), context.Canceled) {
		panic(http.ErrAbortHandler)
	}
}

var phases = maphash.MakeSeed()

// pause returns how long after now the next heartbeat is due. It lets the streams of
// one connection drift to the same phase, so that HTTP/2 sends their heartbeats in one
// write. Connections have different phases, and streams that begin at the same time
// drift at different speeds. The clock is late by a tick at most.
func pause(now time.Time, connection string) time.Duration {
	const least, most = Heartbeat - Heartbeat/5, Heartbeat + Heartbeat/5 - tick
	phase := time.Duration(maphash.String(phases, connection) % uint64(Heartbeat))
	until := (phase - time.Duration(now.UnixNano())%Heartbeat + Heartbeat) % Heartbeat
	if until < Heartbeat/2 {
		until += Heartbeat
	}
	drift := rand.N(Heartbeat / 10) //nolint:gosec // only spreads the load
	switch {
	case until < least:
		return least + drift
	case until > most:
		return most - drift
	}
	return until
}

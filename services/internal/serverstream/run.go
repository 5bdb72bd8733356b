package serverstream

import (
	"context"
	"errors"
	"io"
	"time"
)

// A run is a stream that runs. It needs no context, timer or goroutine of its
// own: Next waits with the context of the call, and the clock wakes it.
type run[E any] struct {
	*Stream[E]
	longest  time.Duration
	alarm    alarm
	gatherer *gatherer // nil: each event is flushed when it is sent
	began    time.Time
	wrote    time.Time     // the last write ended
	quiet    time.Duration // from then to the next heartbeat
	deadline time.Time     // of the call, once it is suspended; zero: none
	found    *found[E]     // what ended the suspension; nil: it was seen to
}

// begin begins a stream, or goes on with one that was suspended.
func (s *Stream[E]) begin(ctx context.Context) *run[E] {
	g := gathererFrom(ctx)
	if g != nil && g.resumed != nil {
		return g.resumed.run.(*run[E]) //nolint:forcetypeassert // a call has one stream
	}
	now := time.Now()
	r := &run[E]{Stream: s, longest: s.Longest, gatherer: g, began: now, wrote: now}
	r.quiet = r.pause()
	if r.longest <= 0 || r.longest > Longest {
		r.longest = Longest
	}
	r.alarm.wake = s.Watch.Wake
	if r.gatherer != nil {
		r.alarm.cut = r.gatherer.cut
		r.gatherer.begin()
	}
	s.Clock.add(&r.alarm, r.untilDue())
	return r
}

// stop ends a stream, unless it is suspended.
func (r *run[E]) stop() {
	if r.gatherer != nil && r.gatherer.suspended != nil {
		return
	}
	r.Clock.remove(&r.alarm)
	if r.gatherer != nil {
		r.gatherer.end()
	}
}

// there returns the next event if it is there already, so that it shares the write
// of what was sent before. If none is there, that leaves now.
func (r *run[E]) there() (event E, there bool, err error) {
	if found := r.found; found != nil {
		r.found = nil
		return found.event, true, found.err
	}
	if r.gatherer == nil || !r.gatherer.held {
		return event, false, nil
	}
	event, err = r.Watch.Next(ended)
	if !errors.Is(err, context.Canceled) {
		return event, true, err
	}
	err = r.write(r.gatherer.release)
	return event, err != nil, err
}

// woken does what it is time for.
func (r *run[E]) woken(ctx context.Context) error {
	if why := r.ends(); why != nil {
		return r.finish(why) //nolint:contextcheck // takes only what is there
	}
	if r.canSuspend() && time.Since(r.wrote) >= suspendAfter {
		return r.suspend(ctx)
	}
	return r.beat(r.Write)
}

// pause is that after a heartbeat which is sent now.
func (r *run[E]) pause() time.Duration {
	connection := ""
	if r.gatherer != nil {
		connection = r.gatherer.connection
	}
	return pause(time.Now(), connection)
}

func (r *run[E]) beatIsDue() bool { return time.Since(r.wrote) >= r.quiet }

// beat sends a heartbeat when one is due, and says when to be woken again.
func (r *run[E]) beat(send func(*Shared) error) error {
	if r.beatIsDue() {
		r.quiet = r.pause()
		message, err := r.Beat()
		if err != nil {
			return err
		}
		r.beginWrite()
		if err := r.endWrite(send(message)); err != nil {
			return err
		}
	}
	r.Clock.move(&r.alarm, r.untilDue())
	return nil
}

// finish sends the events that are there already, and then returns why the
// stream ends.
func (r *run[E]) finish(why error) error {
	for {
		event, err := r.Watch.Next(ended)
		switch {
		case err == nil:
			err = r.send(event)
		case errors.Is(err, context.Canceled):
			return why
		case errors.Is(err, r.Woken):
			err = nil
		}
		if err != nil {
			return err
		}
	}
}

// ends returns why the stream must end now, or nil.
func (r *run[E]) ends() error {
	switch {
	case r.Clock.draining.Err() != nil:
		return ErrDraining
	case time.Since(r.began) >= r.longest:
		return ErrRotate
	case !r.deadline.IsZero() && time.Until(r.deadline) <= 0:
		return context.DeadlineExceeded
	}
	return nil
}

// untilDue is how long there is nothing to do unless an event comes.
func (r *run[E]) untilDue() time.Duration {
	silent, quiet := time.Since(r.wrote), r.quiet
	if r.Suspended != nil && r.gatherer != nil && r.gatherer.suspended == nil && silent < suspendAfter {
		quiet = suspendAfter
	}
	due := min(quiet-silent, r.longest-time.Since(r.began))
	if !r.deadline.IsZero() {
		due = min(due, time.Until(r.deadline))
	}
	return due
}

// over reports whether the last event was sent. Another event is lost: its
// reader opens the stream again.
func (r *run[E]) over() bool {
	_, err := r.Watch.Next(ended)
	for errors.Is(err, r.Woken) {
		_, err = r.Watch.Next(ended)
	}
	return errors.Is(err, io.EOF)
}

// ended asks Next for what is there already.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

func (r *run[E]) send(event E) error {
	r.beginWrite()
	err := r.endWrite(r.Send(event))
	if errors.Is(err, ErrSlowReader) && r.over() {
		return io.EOF
	}
	return err
}

func (r *run[E]) write(write func() error) error {
	r.beginWrite()
	return r.endWrite(write())
}

func (r *run[E]) beginWrite() {
	r.wrote = time.Now()
	r.alarm.writing.Store(r.wrote.UnixNano())
}

// endWrite returns the error of a write, or ErrSlowReader when it took too long.
func (r *run[E]) endWrite(err error) error {
	began := r.wrote
	r.alarm.writing.Store(0)
	if r.wrote = time.Now(); err == nil && r.wrote.Sub(began) > SlowWrite {
		err = ErrSlowReader
	}
	return err
}

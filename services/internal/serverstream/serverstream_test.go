package serverstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
)

var errWoken = errors.New("woken")

func noBeat() (*serverstream.Shared, error) { return nil, nil } //nolint:nilnil // what is written is of no interest

func written(*serverstream.Shared) error { return nil }

// source is where events come from, as an engine's watch.
type source[E any] struct {
	events chan E
	woken  chan struct{}
}

func newSource[E any](room int) source[E] {
	return source[E]{make(chan E, room), make(chan struct{}, 1)}
}

// Wake implements serverstream.Watch.
func (s source[E]) Wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// Next implements serverstream.Watch. It ends after the last event, when events is
// closed.
func (s source[E]) Next(ctx context.Context) (event E, err error) {
	var open bool
	select {
	case event, open = <-s.events: // first, for a ctx that has ended too
	default:
		select {
		case event, open = <-s.events:
		case <-s.woken:
			return event, errWoken
		case <-ctx.Done():
			return event, ctx.Err()
		}
	}
	if !open {
		err = io.EOF
	}
	return event, err
}

// always is a watch whose next event is there already.
type always func() (int, error)

// Next implements serverstream.Watch.
func (next always) Next(context.Context) (int, error) { return next() }

// Wake implements serverstream.Watch.
func (always) Wake() {}

func TestRunEnds(t *testing.T) {
	t.Parallel()
	failure := errors.New("failure")
	for name, test := range map[string]struct {
		change func(s *serverstream.Stream[int], cancel, drain context.CancelFunc)
		after  time.Duration
		want   error
	}{
		"at its longest life": {
			func(*serverstream.Stream[int], context.CancelFunc, context.CancelFunc) {}, 50 * time.Minute, serverstream.ErrRotate,
		},
		"as early as asked": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) { s.Longest = 2 * time.Second }, 2 * time.Second, serverstream.ErrRotate,
		},
		"never later": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) { s.Longest = time.Hour }, 50 * time.Minute, serverstream.ErrRotate,
		},
		"when the server drains": {
			func(_ *serverstream.Stream[int], _, drain context.CancelFunc) { time.AfterFunc(time.Minute, drain) }, time.Minute, serverstream.ErrDraining,
		},
		"when the client goes": {
			func(_ *serverstream.Stream[int], cancel, _ context.CancelFunc) { time.AfterFunc(time.Minute, cancel) }, time.Minute, context.Canceled,
		},
		"after the last event": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) {
				s.Watch = always(func() (int, error) { return 0, io.EOF })
			}, 0, nil,
		},
		"when the engine fails": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) {
				s.Watch = always(func() (int, error) { return 0, failure })
			}, 0, failure,
		},
		"when its reader is slow": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) {
				s.Watch = always(func() (int, error) { return 1, nil })
				s.Send = func(int) error { time.Sleep(serverstream.SlowWrite + time.Second); return nil }
			}, serverstream.SlowWrite + time.Second, serverstream.ErrSlowReader,
		},
		"when its reader is slow with the last event": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) {
				sent := false
				s.Watch = always(func() (int, error) {
					if sent {
						return 0, io.EOF
					}
					return 1, nil
				})
				s.Send = func(int) error { sent = true; time.Sleep(serverstream.SlowWrite + time.Second); return nil }
			}, serverstream.SlowWrite + time.Second, nil,
		},
		"when an event cannot be written": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) {
				s.Watch = always(func() (int, error) { return 1, nil })
				s.Send = func(int) error { return failure }
			}, 0, failure,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				draining, drain := context.WithCancel(context.Background())
				defer drain()
				silent := newSource[int](0)
				stream := serverstream.Stream[int]{
					Watch: silent, Woken: errWoken,
					Send: func(int) error { return nil }, Beat: noBeat, Write: written, Clock: serverstream.NewClock(draining),
				}
				test.change(&stream, cancel, drain)
				began := time.Now()
				if err := stream.Run(ctx); !errors.Is(err, test.want) || time.Since(began) != test.after {
					t.Errorf("ended after %v with %v, want after %v with %v", time.Since(began), err, test.after, test.want)
				}
			})
		})
	}
}

// TestBeats checks the pause between messages, events included.
func TestBeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newSource[int](0)
		go func() {
			for i := range 100 {
				time.Sleep(7 * time.Second) // the bubble's clock
				source.events <- i
			}
			time.Sleep(10 * time.Minute)
			close(source.events)
		}()
		sent, beats, last := 0, 0, time.Now()
		alive := func() {
			if pause := time.Since(last); pause > 12*time.Second {
				t.Errorf("silent for %v", pause)
			}
			last = time.Now()
		}
		err := (&serverstream.Stream[int]{
			Watch: source,
			Woken: errWoken,
			Send:  func(int) error { sent++; alive(); return nil },
			Beat:  noBeat,
			Write: func(*serverstream.Shared) error { beats++; alive(); return nil },
			Clock: serverstream.NewClock(context.Background()),
		}).Run(t.Context())
		if err != nil || sent != 100 || beats < 45 {
			t.Errorf("%d events, %d heartbeats, %v", sent, beats, err)
		}
	})
}

// TestAbortIfGone proves that a caller whose time is over is still told so.
func TestAbortIfGone(t *testing.T) {
	t.Parallel()
	gone, leave := context.WithCancel(t.Context())
	leave()
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	for name, test := range map[string]struct {
		ctx  context.Context
		want any
	}{"there": {t.Context(), nil}, "late": {late, nil}, "gone": {gone, http.ErrAbortHandler}} {
		func() {
			defer func() {
				if got := recover(); got != test.want {
					t.Errorf("%s: panicked with %v, want %v", name, got, test.want)
				}
			}()
			serverstream.AbortIfGone(test.ctx)
		}()
	}
}

package serverstream_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
)

// stuck is a response whose writes block until their deadline.
type stuck struct {
	*httptest.ResponseRecorder
	cut chan struct{}
}

func (s stuck) SetWriteDeadline(deadline time.Time) error {
	if !deadline.IsZero() && deadline.Before(time.Now()) {
		close(s.cut)
	}
	return nil
}

// TestClockCutsBlockedWrites lets the write of a heartbeat block. The stream must
// end in time, and another one of the same clock must have its heartbeats.
func TestClockCutsBlockedWrites(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		clock := serverstream.NewClock(context.Background())
		other, beats, over := newSource[int](0), 0, make(chan error, 1)
		go func() {
			over <- (&serverstream.Stream[int]{
				Watch: other, Woken: errWoken,
				Send: func(int) error { return nil }, Beat: noBeat, Write: func(*serverstream.Shared) error { beats++; return nil }, Clock: clock,
			}).Run(ctx)
		}()
		var blocked time.Time
		w := stuck{httptest.NewRecorder(), make(chan struct{})}
		serverstream.Gather(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			source := newSource[int](0)
			err := (&serverstream.Stream[int]{
				Watch: source, Woken: errWoken,
				Send: func(int) error { return nil },
				Beat: noBeat,
				Write: func(*serverstream.Shared) error {
					blocked = time.Now()
					<-w.cut
					return os.ErrDeadlineExceeded
				},
				Clock: clock,
			}).Run(r.Context())
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("ended with %v, want the error of the write", err)
			}
		})).ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/", http.NoBody))
		if took := time.Since(blocked); took < 25*time.Second || took > 26*time.Second {
			t.Errorf("cut after %v, want 25s", took)
		}
		cancel()
		if err := <-over; !errors.Is(err, context.Canceled) || beats < 2 {
			t.Errorf("the other stream had %d heartbeats and ended with %v", beats, err)
		}
	})
}

// TestBeatsAfterABlockedWrite lets a write block, but not for too long: the next
// heartbeat must come in time.
func TestBeatsAfterABlockedWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		source, wrote := newSource[int](1), time.Time{}
		beats := 0
		err := (&serverstream.Stream[int]{
			Watch: source, Woken: errWoken,
			Send: func(int) error {
				time.Sleep(9 * time.Second)
				wrote = time.Now()
				return nil
			},
			Beat: noBeat,
			Write: func(*serverstream.Shared) error {
				if pause := time.Since(wrote); beats%2 == 1 && pause > 12*time.Second {
					t.Errorf("silent for %v", pause)
				}
				if beats++; beats == 20 {
					cancel()
				}
				if wrote = time.Now(); beats%2 == 1 {
					source.events <- beats // is sent just before or while the next heartbeat is due
					time.Sleep(time.Second)
				}
				return nil
			},
			Clock: serverstream.NewClock(context.Background()),
		}).Run(ctx)
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// TestClockRests runs streams one after the other: the clock must stop and start
// again.
func TestClockRests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		draining, drain := context.WithCancel(t.Context())
		clock := serverstream.NewClock(draining)
		run := func() error {
			source := newSource[int](0)
			return (&serverstream.Stream[int]{
				Watch: source, Woken: errWoken,
				Send: func(int) error { return nil }, Beat: noBeat, Write: written, Clock: clock, Longest: 42 * time.Second,
			}).Run(t.Context())
		}
		for range 3 {
			began := time.Now()
			if err := run(); !errors.Is(err, serverstream.ErrRotate) || time.Since(began) != 42*time.Second {
				t.Errorf("ended after %v with %v", time.Since(began), err)
			}
			time.Sleep(123456 * time.Microsecond)
		}
		drain()
		began := time.Now()
		if err := run(); !errors.Is(err, serverstream.ErrDraining) || time.Since(began) != 0 {
			t.Errorf("began while draining, and ended after %v with %v", time.Since(began), err)
		}
	})
}

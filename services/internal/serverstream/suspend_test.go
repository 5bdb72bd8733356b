package serverstream_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
)

// suspending is a handler whose calls are suspended. Its protocol is one letter for
// each event, and "!" at the end of each call.
type suspending struct {
	source  source[string]
	clock   *serverstream.Clock
	timeout time.Duration // that the client has set; zero: none
	began   time.Time
	calls   []time.Duration // when, since began
	ends    []error
}

// ServeHTTP implements http.Handler.
func (h *suspending) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.calls = append(h.calls, time.Since(h.began))
	ctx := r.Context()
	stream := serverstream.Resumed[*serverstream.Stream[string]](ctx)
	if stream == nil {
		if h.timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, h.timeout)
			defer cancel()
		}
		stream = &serverstream.Stream[string]{
			Watch: h.source, Woken: errWoken, Clock: h.clock,
			Beat: func() (*serverstream.Shared, error) { return serverstream.NewShared(wrapperspb.String("")), nil },
		}
		stream.Suspended = stream
	}
	send := func(text string) error {
		_, err := io.WriteString(w, text)
		w.(http.Flusher).Flush() //nolint:forcetypeassert // as connect does
		return err
	}
	stream.Send = send
	stream.Write = func(*serverstream.Shared) error { return send("unexpected heartbeat") }
	err := stream.Run(ctx)
	h.ends = append(h.ends, err)
	w.Header().Set("Last", "set")
	w.WriteHeader(http.StatusTeapot)
	_ = send("!")
}

// TestSuspended has two events come long after a call has gone quiet. The call must
// be away meanwhile, and the response must be as if it had never been.
func TestSuspended(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &suspending{source: newSource[string](1), clock: serverstream.NewClock(context.Background()), began: time.Now()}
		h.source.events <- "a"
		go func() {
			for _, event := range []string{"b", "c"} {
				time.Sleep(time.Minute)
				synctest.Wait()
				if n := len(h.ends); n == 0 || !errors.Is(h.ends[n-1], serverstream.ErrSuspended) || n != len(h.calls) {
					t.Errorf("before %q: %d calls, ended with %v", event, len(h.calls), h.ends)
				}
				h.source.events <- event
			}
			close(h.source.events)
		}()
		w := &flushes{ResponseRecorder: httptest.NewRecorder()}
		serverstream.Gather(h).ServeHTTP(w, newCall(t.Context()))
		var events []string
		beats := 0
		for _, left := range w.left {
			if left == "\x00\x00\x00\x00\x00" {
				beats++
				continue
			}
			events = append(events, left)
		}
		if beats < 9 || beats > 14 {
			t.Errorf("%d heartbeats in two minutes", beats)
		}
		if want := []string{"a", "b"}; !slices.Equal(events, want) || w.Body.String() != "c!" {
			t.Errorf("left %q and %q, want %q and c!", events, w.Body, want)
		}
		if len(h.calls) != 3 || h.calls[1] != time.Minute || h.calls[2] != 2*time.Minute || h.ends[2] != nil {
			t.Errorf("called at %v, ended with %v", h.calls, h.ends)
		}
		if w.Code != http.StatusOK || w.Header().Get("Last") != "set" {
			t.Errorf("status %d, headers %v", w.Code, w.Header())
		}
	})
}

// TestSuspendedEnds ends calls that are suspended for other reasons than events.
func TestSuspendedEnds(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]error{
		"when the client goes": context.Canceled, "when the server drains": serverstream.ErrDraining, "in time": context.DeadlineExceeded,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				draining, drain := context.WithCancel(t.Context())
				ctx, leave := context.WithCancel(t.Context())
				h := &suspending{source: newSource[string](1), clock: serverstream.NewClock(draining), began: time.Now()}
				h.source.events <- "a"
				switch {
				case errors.Is(want, context.Canceled):
					time.AfterFunc(time.Minute, leave)
				case errors.Is(want, serverstream.ErrDraining):
					time.AfterFunc(time.Minute, drain)
				default:
					h.timeout = time.Minute
				}
				serverstream.Gather(h).ServeHTTP(httptest.NewRecorder(), newCall(ctx))
				if len(h.ends) != 2 || !errors.Is(h.ends[1], want) || h.calls[1] != time.Minute {
					t.Errorf("called at %v, ended with %v, want %v", h.calls, h.ends, want)
				}
				drain()
				leave()
			})
		})
	}
}

func newCall(ctx context.Context) *http.Request {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", http.NoBody)
	r.Header.Set("Content-Type", "application/connect+proto")
	return r
}

// TestBeatsOfAConnection lets streams begin at any time, two on each connection: those
// of one connection must come to send their heartbeats together, and others not.
func TestBeatsOfAConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		clock, last := serverstream.NewClock(context.Background()), make([]time.Time, 40)
		for i := range last {
			time.Sleep(time.Duration(rand.Int64N(int64(5 * time.Second))))
			h := &suspending{source: newSource[string](1), clock: clock}
			h.source.events <- "a"
			r := newCall(ctx)
			r.RemoteAddr = strconv.Itoa(i / 2)
			go serverstream.Gather(h).ServeHTTP(beating{httptest.NewRecorder(), func() {
				if pause := time.Since(last[i]); !last[i].IsZero() && (pause < 8*time.Second || pause > 12*time.Second) {
					t.Errorf("stream %d: a pause of %v", i, pause)
				}
				last[i] = time.Now()
			}}, r)
		}
		time.Sleep(90 * time.Second)
		synctest.Wait()
		different := map[time.Time]bool{}
		for i := 0; i < len(last); i += 2 {
			if between := last[i].Sub(last[i+1]).Abs() % serverstream.Heartbeat; between != 0 {
				t.Errorf("heartbeats of one connection are %v apart", between)
			}
			different[last[i]] = true
		}
		if len(different) < 8 {
			t.Errorf("all connections have theirs at %v", different)
		}
		cancel()
	})
}

// TestACrowdBeatsApart lets many streams begin at once, each on a connection of its own:
// their first heartbeats must not come at once.
func TestACrowdBeatsApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const crowd = 300
		ctx, cancel := context.WithCancel(t.Context())
		clock, beats := serverstream.NewClock(context.Background()), make(chan time.Time, 2*crowd)
		for i := range crowd {
			h := &suspending{source: newSource[string](1), clock: clock}
			h.source.events <- "a"
			r := newCall(ctx)
			r.RemoteAddr = strconv.Itoa(i)
			go serverstream.Gather(h).ServeHTTP(beating{httptest.NewRecorder(), func() { beats <- time.Now() }}, r)
		}
		synctest.Wait()
		for range crowd {
			<-beats // the events
		}
		time.Sleep(12 * time.Second)
		synctest.Wait()
		cancel()
		close(beats)
		together := map[time.Time]int{}
		for at := range beats {
			if together[at]++; together[at] == crowd/4 {
				t.Errorf("%d heartbeats at %v", crowd/4, at)
			}
		}
	})
}

// beating is a response that is told of what leaves.
type beating struct {
	*httptest.ResponseRecorder
	left func()
}

// FlushError serves http.ResponseController.
func (b beating) FlushError() error {
	b.left()
	return nil
}

// Flush implements http.Flusher.
func (b beating) Flush() { b.left() }

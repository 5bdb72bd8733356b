package serverstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
)

// flushes is a response that records what leaves at once.
type flushes struct {
	*httptest.ResponseRecorder
	slow time.Duration
	left []string
}

func (f *flushes) Flush() {
	time.Sleep(f.slow)
	f.left = append(f.left, f.Body.String())
	f.Body.Reset()
}

// gather runs a stream that is told of events as they come, and writes each as
// a letter, a heartbeat as a point.
func gather(t *testing.T, w *flushes, source source[string]) error {
	t.Helper()
	clock := serverstream.NewClock(context.Background())
	var err error
	serverstream.Gather(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		send := func(text string) error {
			_, err := io.WriteString(w, text)
			w.(http.Flusher).Flush() //nolint:forcetypeassert // as connect does
			return err
		}
		err = (&serverstream.Stream[string]{
			Watch: source,
			Woken: errWoken,
			Send:  send,
			Beat:  noBeat,
			Write: func(*serverstream.Shared) error { return send(".") },
			Clock: clock,
		}).Run(r.Context())
		_ = send("!") // the end of the stream
	})).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody))
	return err
}

// TestGather lets events that are there at once leave at once, everything before
// the stream waits, and the end with the end of the response.
func TestGather(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newSource[string](10)
		go func() {
			for _, burst := range []string{"abc", "d", "", "ef"} {
				for _, event := range burst {
					source.events <- string(event)
				}
				time.Sleep(7 * time.Second)
			}
			source.events <- "g"
			close(source.events)
		}()
		time.Sleep(time.Second)
		w := &flushes{ResponseRecorder: httptest.NewRecorder()}
		if err := gather(t, w, source); err != nil {
			t.Error(err)
		}
		if want := []string{"abc", "d", ".", "ef"}; !slices.Equal(w.left, want) || w.Body.String() != "g!" {
			t.Errorf("left %q and %q, want %q and %q", w.left, w.Body, want, "g!")
		}
	})
}

func TestGatherSlowReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newSource[string](1)
		source.events <- "a"
		w := &flushes{ResponseRecorder: httptest.NewRecorder(), slow: serverstream.SlowWrite + 5*time.Second}
		if err := gather(t, w, source); !errors.Is(err, serverstream.ErrSlowReader) {
			t.Errorf("ended with %v, want %v", err, serverstream.ErrSlowReader)
		}
	})
}

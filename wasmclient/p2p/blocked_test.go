//go:build !js

package p2p

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestBlockedStreams(t *testing.T) {
	t.Parallel()
	impatient := withClock(func(c *timeouts) {
		c.firstEvent, c.longPoll, c.goodbye = 500*time.Millisecond, 100*time.Millisecond, 50*time.Millisecond
	})
	t.Run("long polling passes a proxy that buffers", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(buffering(newHandler()))
		t.Cleanup(server.Close)
		client, other := NewClient(server.URL, impatient), NewClient(server.URL, impatient)
		together(t, find(testContext(t), t, client), find(testContext(t), t, other))
	})
	t.Run("nothing passes", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = new(bytes.Buffer).ReadFrom(r.Body) // or the end of the client is not noticed
			<-r.Context().Done()
		}))
		t.Cleanup(server.Close)
		got := <-find(testContext(t), t, NewClient(server.URL, impatient))
		wantReason(t, got.err, ReasonStreamBlocked)
	})
}

// buffering passes a response on only when it is complete.
func buffering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		whole := &wholeResponse{ResponseRecorder: httptest.NewRecorder()}
		next.ServeHTTP(whole, r)
		for name, values := range whole.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(whole.Code)
		_, _ = w.Write(whole.Body.Bytes())
	})
}

type wholeResponse struct{ *httptest.ResponseRecorder }

func (*wholeResponse) SetReadDeadline(time.Time) error  { return nil }
func (*wholeResponse) SetWriteDeadline(time.Time) error { return nil }

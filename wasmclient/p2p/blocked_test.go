//go:build !js

package p2p

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// TestBlockedStreams puts a proxy before the server that lets no open stream pass.
func TestBlockedStreams(t *testing.T) {
	t.Parallel()
	t.Run("long polling passes a proxy that buffers", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			server, network := newFakeServer(t), newFakeNetwork()
			server.handler = buffering(server.handler)
			one, other := newFakePeer(network, server), newFakePeer(network, server)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			together(t, find(ctx, t, one.client), find(ctx, t, other.client))
		})
	})
	t.Run("nothing passes", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			server, network := newFakeServer(t), newFakeNetwork()
			server.handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // or the end of the client is not noticed
				<-r.Context().Done()
			})
			got := <-find(testContext(t), t, newFakePeer(network, server).client)
			wantReason(t, got.err, ReasonStreamBlocked)
		})
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

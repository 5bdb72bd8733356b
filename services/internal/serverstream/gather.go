package serverstream

import (
	"context"
	"net/http"
)

// Gather lets the streams of a handler that are run with Run send events that
// come at once in one write: what is flushed leaves only when the stream waits
// for the next event, or ends.
func Gather(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g := &gatherer{ResponseWriter: w}
		next.ServeHTTP(g, r.WithContext(context.WithValue(r.Context(), gathererKey{}, g)))
	})
}

type gathererKey struct{}

// gatherer holds flushes back while a stream runs. The server flushes at the end
// of a response by itself.
type gatherer struct {
	http.ResponseWriter
	running bool
	held    bool // something was not flushed yet
}

// gathererFrom returns the writer of a response that Gather serves, or nil.
func gathererFrom(ctx context.Context) *gatherer {
	g, _ := ctx.Value(gathererKey{}).(*gatherer)
	return g
}

// Flush implements http.Flusher.
func (g *gatherer) Flush() {
	if g.running {
		g.held = true
		return
	}
	http.NewResponseController(g.ResponseWriter).Flush() //nolint:errcheck // http.Flusher reports no error
}

func (g *gatherer) release() error {
	g.held = false
	return http.NewResponseController(g.ResponseWriter).Flush()
}

// Unwrap serves http.ResponseController.
func (g *gatherer) Unwrap() http.ResponseWriter { return g.ResponseWriter }

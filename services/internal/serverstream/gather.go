package serverstream

import (
	"context"
	"net/http"
	"time"
)

// Gather lets the streams of a handler that are run with Run send events that
// come at once in one write: what is flushed leaves only when the stream waits
// for the next event, or ends. It also serves calls while they are suspended. It
// changes the request instead of copying it, and takes its headers away.
func Gather(next http.Handler) http.Handler { return &gathering{next} }

type gathering struct{ next http.Handler }

// ServeHTTP implements http.Handler. A suspended call waits in its frame: Go halves a
// stack only if less than a quarter of it is used, and all frames together are just
// below a quarter of 8 KB.
func (h *gathering) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g := h.serve(w, r)
	if g.suspended == nil || h.move(g, r) {
		return
	}
	for ctx := r.Context(); g.suspended != nil; { // r is not kept
		g.suspended.wait(ctx)
		g.resume(ctx, h.next)
	}
}

func (h *gathering) serve(w http.ResponseWriter, r *http.Request) *gatherer {
	g := newGatherer(w, r)
	*r = *r.WithContext(g.within(r.Context())) // a copy would take memory as long as the call waits
	h.next.ServeHTTP(g, r)
	r.Header = nil
	return g
}

type gathererKey struct{}

// gatherer holds flushes back while a stream runs. The server flushes at the end
// of a response by itself.
type gatherer struct {
	http.ResponseWriter
	request     http.Header // nil: dropped
	path        string      // of the request
	contentType string
	connection  string // the address of its other end
	running     bool
	held        bool // something was not flushed yet
	suspension
}

func newGatherer(w http.ResponseWriter, r *http.Request) *gatherer {
	return &gatherer{
		ResponseWriter: w,
		request:        r.Header, path: r.URL.Path, contentType: r.Header.Get("Content-Type"), connection: r.RemoteAddr,
	}
}

// within returns the context of a call whose stream finds g.
func (g *gatherer) within(ctx context.Context) context.Context {
	return context.WithValue(ctx, gathererKey{}, g)
}

// A deadlines is a writer that limits the time of each write.
type deadlines interface {
	// LimitWrites sets whether it does. Initially it does.
	LimitWrites(limit bool)
}

// begin leaves the limit of writes to the clock of the stream: setting a deadline
// for each write costs more than a heartbeat's write should.
func (g *gatherer) begin() {
	g.running = true
	g.limitWrites(false)
}

func (g *gatherer) end() { g.limitWrites(true) }

func (g *gatherer) limitWrites(limit bool) {
	if writer, ok := g.ResponseWriter.(deadlines); ok {
		writer.LimitWrites(limit)
	}
}

// cut aborts a write that blocks, and all later ones.
func (g *gatherer) cut() {
	http.NewResponseController(g.ResponseWriter).SetWriteDeadline(time.Unix(1, 0)) //nolint:errcheck // only writers of tests have none
}

// gathererFrom returns the writer of a response that Gather serves, or nil.
func gathererFrom(ctx context.Context) *gatherer {
	g, _ := ctx.Value(gathererKey{}).(*gatherer)
	return g
}

// Flush implements http.Flusher.
func (g *gatherer) Flush() {
	if g.suspended != nil {
		return
	}
	if g.running {
		g.held = true
		return
	}
	http.NewResponseController(g.ResponseWriter).Flush() //nolint:errcheck // http.Flusher reports no error
}

// release lets what was held back leave. The stream waits next, maybe for long, so
// the headers of its request are dropped: all that need them have read them.
func (g *gatherer) release() error {
	g.held = false
	clear(g.request)
	g.request = nil
	return http.NewResponseController(g.ResponseWriter).Flush()
}

// Unwrap serves http.ResponseController.
func (g *gatherer) Unwrap() http.ResponseWriter { return g.ResponseWriter }

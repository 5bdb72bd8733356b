package serverstream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A call may wait for half an hour. Most of the memory that it takes meanwhile is the
// stack, buffers and objects of connect-go and net/http, which a call that only waits
// does not need. So Run returns when no event has come for a second, and the handler with it; the
// end of the response that connect-go then writes is dropped. Heartbeats are sent by
// this file. When there is something else to send, the handler is called again with
// an artificial request, and Run continues where it returned.

// ErrSuspended is returned by Run when no event has come for a while. The handler must
// return it at once, and is called again when there is something to send.
var ErrSuspended = errors.New("call is suspended")

// Resumed returns Stream.Suspended if the handler is called again, and the zero value
// if the call is new.
func Resumed[T any](ctx context.Context) T {
	var none T
	g := gathererFrom(ctx)
	if g == nil || g.resumed == nil {
		return none
	}
	return g.resumed.run.state().(T) //nolint:forcetypeassert // only the handler that set it asks
}

// A Mover is a writer whose response can continue after its handler has returned.
type Mover interface {
	// Move calls serve, which writes the rest of the response, in a goroutine of its
	// own, and reports whether it does so. The caller must return at once then. The
	// context of serve is done when the client has gone.
	Move(r *http.Request, serve func(context.Context)) bool
}

// suspendAfter is how long no event has come when a call is suspended. Most people
// who meet at all meet sooner, and then suspending is not worth its cost.
const suspendAfter = time.Second

// suspension is the state of a call that can be suspended.
type suspension struct {
	begun     bool          // something was written
	suspended *suspendedRun // nil: the call runs
	resumed   *suspendedRun // nil: it never was suspended
}

// suspendedRun is a run of any kind of event.
type suspendedRun struct {
	// wait sends heartbeats until there is something else to do.
	wait func(ctx context.Context)
	run  interface{ state() any }
}

// found is what ends a suspension.
type found[E any] struct {
	event E
	err   error
}

// canSuspend reports whether the call can be suspended.
func (r *run[E]) canSuspend() bool {
	return r.Suspended != nil && r.gatherer != nil && r.gatherer.begun
}

// suspend marks the call as suspended. The context of the call ends with it, but not
// its deadline.
func (r *run[E]) suspend(ctx context.Context) error {
	r.deadline, _ = ctx.Deadline()
	r.gatherer.suspended = &suspendedRun{run: r, wait: func(ctx context.Context) { // a method of a generic type takes more of the stack
		var none E
		for goesOn := r.takes(none, r.Woken); goesOn; {
			goesOn = r.takes(r.Watch.Next(ctx))
		}
	}}
	return ErrSuspended
}

// takes takes what Watch.Next has returned for a suspended call, and reports whether
// the call stays suspended.
func (r *run[E]) takes(event E, err error) (goesOn bool) {
	if errors.Is(err, r.Woken) && r.ends() == nil {
		if err = r.beat(r.gatherer.sendSuspended); err == nil {
			return true
		}
	}
	r.found = &found[E]{event, err}
	return false
}

func (r *run[E]) state() any { return r.Suspended }

// move lets a suspended call leave its handler, and reports whether it does.
func (h *gathering) move(g *gatherer, r *http.Request) bool {
	mover, ok := g.ResponseWriter.(Mover)
	return ok && mover.Move(r, func(ctx context.Context) {
		for g.suspended != nil {
			g.suspended.wait(ctx)
			g.resume(ctx, h.next)
		}
	})
}

// resume calls the handler again.
func (g *gatherer) resume(ctx context.Context, next http.Handler) {
	g.resumed, g.suspended = g.suspended, nil
	next.ServeHTTP(g, g.artificialRequest(ctx))
}

// artificialRequest returns a request with all that connect-go needs to continue in
// the protocol and the encoding of the call. Its message is empty.
func (g *gatherer) artificialRequest(ctx context.Context) *http.Request {
	message := "\x00\x00\x00\x00\x00" // its prefix alone
	if g.speaksJSON() {
		message = "\x00\x00\x00\x00\x02{}"
	}
	r := &http.Request{
		Method: http.MethodPost,
		URL:    &url.URL{Path: g.path},
		Proto:  "HTTP/2.0", ProtoMajor: 2,
		Header: http.Header{"Content-Type": {g.contentType}},
		Body:   io.NopCloser(strings.NewReader(message)), ContentLength: int64(len(message)),
	}
	return r.WithContext(g.within(ctx))
}

func (g *gatherer) speaksJSON() bool { return strings.Contains(g.contentType, "+json") }

// sendSuspended sends a heartbeat while the call is suspended.
func (g *gatherer) sendSuspended(message *Shared) error {
	data, err := message.enveloped(g.speaksJSON())
	if err != nil {
		return err
	}
	if _, err := g.ResponseWriter.Write(data); err != nil {
		return err
	}
	return http.NewResponseController(g.ResponseWriter).Flush()
}

// Header implements http.ResponseWriter.
func (g *gatherer) Header() http.Header {
	if g.suspended != nil {
		return make(http.Header)
	}
	return g.ResponseWriter.Header()
}

// WriteHeader implements http.ResponseWriter.
func (g *gatherer) WriteHeader(status int) {
	if g.suspended == nil {
		g.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter. While the call is suspended it drops data:
// that is the end of the response.
func (g *gatherer) Write(data []byte) (int, error) {
	if g.suspended != nil {
		return len(data), nil
	}
	g.begun = true
	return g.ResponseWriter.Write(data)
}

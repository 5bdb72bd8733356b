package server

import (
	"net/http"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/caller"
)

// An exchange is a request and its response, in the bounds of time and size. A
// stream that waits keeps it, so it is one object.
type exchange struct {
	boundedWriter
	body  boundedBody
	leave func() // the gates that admitted the request; nil: none did
	moved *moved // where responses that leave their handlers are kept
}

func (s *Server) newExchange(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{moved: &s.moved, boundedWriter: boundedWriter{ResponseWriter: w, control: *http.NewResponseController(w), http1: r.ProtoMajor == 1}}
	if r.Body != http.NoBody {
		x.body.begin(&x.boundedWriter, r)
	}
	return x
}

func (x *exchange) end() {
	if x.leave != nil {
		x.leave()
	}
	x.body.end()
}

// request returns the request as the handlers see it. Over HTTP/1.1 that is a copy,
// because net/http must find its own body in its own: it closes a connection on which
// a part of that is left, which would be read as the next request. Over HTTP/2 net/http
// reads no more of it, and a copy would take memory as long as the stream waits.
func (x *exchange) request(r *http.Request, from caller.Caller) *http.Request {
	bounded := r
	if r.ProtoMajor < 2 {
		bounded = new(http.Request)
	}
	*bounded = *r.WithContext(caller.With(r.Context(), from))
	if x.body.ReadCloser != nil {
		bounded.Body = &x.body
	}
	return bounded
}

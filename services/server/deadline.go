package server

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

const (
	// readDeadline is how long a client may take to send a whole request.
	// Requests are small; a stream's response has no such bound.
	readDeadline = 10 * time.Second
	// writeDeadline is how long one write may take. It must exceed the time
	// between heartbeats, because under HTTP/2 it also runs between writes;
	// clients take a stream for dead after the same silence.
	writeDeadline = 25 * time.Second
)

// withDeadlines bounds the reading of a request and each write of its
// response, never the response as a whole, as http.Server's timeouts would.
func withDeadlines(next http.Handler) http.Handler {
	return withReadDeadline(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&boundedWriter{ResponseWriter: w, control: http.NewResponseController(w)}, r)
	}))
}

func withReadDeadline(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		control := http.NewResponseController(w)
		// A writer without deadlines belongs to a test; nothing to bound.
		control.SetReadDeadline(time.Now().Add(readDeadline)) //nolint:errcheck // see above
		r.Body = &boundedBody{
			ReadCloser: r.Body,
			ended: func() {
				control.SetReadDeadline(time.Time{}) //nolint:errcheck // see above
			},
			late: func() {
				if r.ProtoMajor == 1 { // the rest of the request is in the way of a next one
					w.Header().Set("Connection", "close")
				}
			},
		}
		next.ServeHTTP(w, r)
	})
}

// boundedBody lifts the deadline once the request is read: from then on the
// server reads only to notice that the client has gone.
type boundedBody struct {
	io.ReadCloser
	ended, late func()
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		b.ended()
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.late()
		err = fmt.Errorf("request took longer than %v: %w", readDeadline, os.ErrDeadlineExceeded)
	}
	return n, err
}

type boundedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (w *boundedWriter) Write(p []byte) (int, error) {
	w.control.SetWriteDeadline(time.Now().Add(writeDeadline)) //nolint:errcheck // as in withReadDeadline
	return w.ResponseWriter.Write(p)
}

// Flush implements http.Flusher.
func (w *boundedWriter) Flush() {
	w.control.Flush() //nolint:errcheck // http.Flusher reports no error
}

// Unwrap serves http.ResponseController.
func (w *boundedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

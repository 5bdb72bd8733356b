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
	// Requests are small. A stream's response has no such limit.
	readDeadline = 10 * time.Second
	// writeDeadline is how long one write may take. It must exceed the time
	// between heartbeats, because under HTTP/2 it also runs between writes;
	// clients treat a stream as dead after the same silence.
	writeDeadline = 25 * time.Second
	// writePrecision is by how much a write may have less time than
	// writeDeadline: under HTTP/2 setting a deadline wakes another goroutine,
	// and events often come in bursts.
	writePrecision = time.Second
)

// withDeadlines limits the time to read a request and the time of each write of
// its response. The timeouts of http.Server would limit the response as a whole.
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
		// Only writers of tests have no deadlines; they need none.
		control.SetReadDeadline(time.Now().Add(readDeadline)) //nolint:errcheck // see above
		r.Body = &boundedBody{
			ReadCloser: r.Body,
			ended: func() {
				if r.ProtoMajor == 1 { // under HTTP/2 it ends the request's body only, which is read
					control.SetReadDeadline(time.Time{}) //nolint:errcheck // see above
				}
			},
			late: func() {
				if r.ProtoMajor == 1 { // the rest of the request would be read as the next one
					w.Header().Set("Connection", "close")
				}
			},
		}
		next.ServeHTTP(w, r)
	})
}

// boundedBody removes the deadline once the request is read. From then on the
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
	set     time.Time // when the deadline was
}

func (w *boundedWriter) Write(p []byte) (int, error) {
	if now := time.Now(); now.Sub(w.set) > writePrecision {
		w.set = now
		w.control.SetWriteDeadline(now.Add(writeDeadline)) //nolint:errcheck // as in withReadDeadline
	}
	return w.ResponseWriter.Write(p)
}

// Flush implements http.Flusher.
func (w *boundedWriter) Flush() {
	w.control.Flush() //nolint:errcheck // http.Flusher reports no error
}

// Unwrap serves http.ResponseController.
func (w *boundedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

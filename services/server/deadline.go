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

// boundedBody limits the size of a request, and the time to read it. Once it is
// read the server reads only to notice that the client has gone.
type boundedBody struct {
	io.ReadCloser
	writer *boundedWriter
	path   string
	timer  *time.Timer // nil once the request is read to its end
	until  time.Time   // when the timer fires
	left   int
}

// begin limits a request. A timer costs less than a deadline, which under HTTP/2
// wakes another goroutine.
func (b *boundedBody) begin(w *boundedWriter, r *http.Request) {
	b.ReadCloser, b.writer, b.path, b.left = r.Body, w, r.URL.Path, maxBody
	b.until = time.Now().Add(readDeadline)
	b.timer = time.AfterFunc(readDeadline, func() { w.control.SetReadDeadline(time.Unix(1, 0)) }) //nolint:errcheck // only writers of tests have no deadlines; they need none
}

// end leaves what is left of a request to the server, which has the same time to
// read it.
func (b *boundedBody) end() {
	if b.stop() {
		b.writer.control.SetReadDeadline(b.until) //nolint:errcheck // as in begin
	}
}

// read reports whether a request that has a body is read to its end.
func (b *boundedBody) read() bool { return b.ReadCloser != nil && b.timer == nil }

// stop ends the limit of the time, and reports whether it was not over.
func (b *boundedBody) stop() bool {
	stopped := b.timer != nil && b.timer.Stop()
	b.timer = nil
	return stopped
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left+1)])
	if b.left -= n; b.left < 0 {
		return 0, tooLarge(b.path)
	}
	switch {
	case errors.Is(err, io.EOF):
		b.stop()
	case errors.Is(err, os.ErrDeadlineExceeded):
		if b.writer.http1 { // the rest of the request would be read as the next one
			b.writer.Header().Set("Connection", "close")
		}
		err = fmt.Errorf("request took longer than %v: %w", readDeadline, os.ErrDeadlineExceeded)
	}
	return n, err
}

// boundedWriter limits the time of each write. The timeouts of http.Server would
// limit the response as a whole.
type boundedWriter struct {
	http.ResponseWriter
	control http.ResponseController
	set     time.Time // when the deadline was
	http1   bool
	free    bool // the writes have no deadlines
}

func (w *boundedWriter) Write(p []byte) (int, error) {
	if w.free {
		return w.ResponseWriter.Write(p)
	}
	if now := time.Now(); now.Sub(w.set) > writePrecision {
		w.set = now
		w.control.SetWriteDeadline(now.Add(writeDeadline)) //nolint:errcheck // as in begin
	}
	return w.ResponseWriter.Write(p)
}

// LimitWrites sets whether the writes have deadlines. A stream that limits its
// writes itself has none.
func (w *boundedWriter) LimitWrites(limit bool) {
	w.free = !limit
	if w.free && (w.http1 || !w.set.IsZero()) { // one of the request before may be on the connection
		w.control.SetWriteDeadline(time.Time{}) //nolint:errcheck // as in begin
	}
	w.set = time.Time{}
}

// Flush implements http.Flusher.
func (w *boundedWriter) Flush() {
	w.control.Flush() //nolint:errcheck // http.Flusher reports no error
}

// SetWriteDeadline serves http.ResponseController.
func (w *boundedWriter) SetWriteDeadline(deadline time.Time) error {
	w.set = time.Time{}
	return w.control.SetWriteDeadline(deadline)
}

// Unwrap serves http.ResponseController.
func (w *boundedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// withPauses lets a stream send nothing for hours.
func withPauses(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&pausingWriter{w, http.NewResponseController(w)}, r)
	})
}

// pausingWriter has no deadline while nothing is written.
type pausingWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

// Flush implements http.Flusher.
func (w *pausingWriter) Flush() {
	w.control.Flush()                       //nolint:errcheck // http.Flusher reports no error
	w.control.SetWriteDeadline(time.Time{}) //nolint:errcheck // as in begin
}

// Unwrap serves http.ResponseController.
func (w *pausingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

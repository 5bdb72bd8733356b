package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	// storeAskedEvery is how long an answer of the store is reused.
	storeAskedEvery = time.Second
	// storeAnswersIn is how long the store has to answer.
	storeAnswersIn = time.Second
	// adminTimeout is the timeout for reading a request and for writing its
	// response.
	adminTimeout = 5 * time.Second
)

// AdminServer returns an http.Server for the health checks of orchestrators. It
// is for an address that the public does not reach:
//
//	/healthz  200 for as long as the process runs
//	/readyz   200, or 503 and a line with the reason: s is draining, or the store does not answer
//
// /healthz does not depend on the store, because an outage of the store is no
// reason to end the process: streams and chats go on. store returns whether the
// store answers. It is called at most once a second, with a deadline. Nil: there
// is no store.
func (s *Server) AdminServer(store func(context.Context) error) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.Handle("/readyz", &readiness{leaving: s.leaving, ask: store, logger: s.logger})
	return &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       adminTimeout,
		WriteTimeout:      adminTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug),
	}
}

// readiness answers whether new work should come to this server.
type readiness struct {
	leaving context.Context // has ended: the server drains
	ask     func(context.Context) error
	logger  *slog.Logger

	mu    sync.Mutex // guards the following fields, and is held while the store is asked
	asked time.Time
	err   error // the store's answer
}

func (r *readiness) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case r.leaving.Err() != nil:
		http.Error(w, "draining", http.StatusServiceUnavailable)
	case r.store(request.Context()) != nil:
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
	default:
		fmt.Fprintln(w, "ok")
	}
}

// store returns the latest answer of the store. Callers that come while the
// store is asked wait for the same answer.
func (r *readiness) store(ctx context.Context) error {
	if r.ask == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.asked.IsZero() && time.Since(r.asked) < storeAskedEvery {
		return r.err
	}
	// The answer is for other requests too, so it does not end with this one.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeAnswersIn)
	defer cancel()
	before := r.err
	r.err = r.ask(ctx)
	r.asked = time.Now()
	switch {
	case r.err != nil && before == nil:
		r.logger.WarnContext(ctx, "not ready: the store does not answer", "error", r.err)
	case r.err == nil && before != nil:
		r.logger.InfoContext(ctx, "ready again: the store answers")
	}
	return r.err
}

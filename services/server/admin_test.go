package server_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// answer calls an admin server and returns the status code and the line.
func answer(admin *http.Server, path string) (int, string) {
	recorder := httptest.NewRecorder()
	admin.Handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	return recorder.Code, strings.TrimSuffix(recorder.Body.String(), "\n")
}

func checkAnswer(t *testing.T, admin *http.Server, path string, wantCode int, wantLine string) {
	t.Helper()
	if code, line := answer(admin, path); code != wantCode || line != wantLine {
		t.Errorf("%s: %d %q, want %d %q", path, code, line, wantCode, wantLine)
	}
}

func TestReadinessFollowsTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var outage error
		asked := 0
		admin := newServer(t, server.Config{}).AdminServer(func(context.Context) error {
			asked++
			return outage
		})
		checkAnswer(t, admin, "/readyz", http.StatusOK, "ok")
		outage = errors.New("connect: refused")
		checkAnswer(t, admin, "/readyz", http.StatusOK, "ok") // as it was just now
		time.Sleep(time.Second)
		for range 10 {
			checkAnswer(t, admin, "/readyz", http.StatusServiceUnavailable, "the store does not answer")
			checkAnswer(t, admin, "/healthz", http.StatusOK, "ok")
		}
		outage = nil
		time.Sleep(time.Second)
		checkAnswer(t, admin, "/readyz", http.StatusOK, "ok")
		if asked != 3 {
			t.Errorf("the store was asked %d times in two seconds, want 3", asked)
		}
	})
}

// TestReadinessWaitsForNoStore makes many requests at once while the store does
// not answer.
func TestReadinessWaitsForNoStore(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	admin := newServer(t, server.Config{}).AdminServer(func(ctx context.Context) error {
		asked.Add(1)
		<-ctx.Done()
		return ctx.Err()
	})
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			checkAnswer(t, admin, "/readyz", http.StatusServiceUnavailable, "the store does not answer")
		})
	}
	all.Wait()
	if asked.Load() != 1 {
		t.Errorf("the store was asked %d times, want once", asked.Load())
	}
}

func TestReadinessIsRedWhileDraining(t *testing.T) {
	t.Parallel()
	s := newServer(t, server.Config{})
	admin := s.AdminServer(nil)
	checkAnswer(t, admin, "/readyz", http.StatusOK, "ok")
	s.Drain()
	checkAnswer(t, admin, "/readyz", http.StatusServiceUnavailable, "draining")
	checkAnswer(t, admin, "/healthz", http.StatusOK, "ok")
}

func TestThePublicPortTellsNothingOfTheStore(t *testing.T) {
	t.Parallel()
	s := newServer(t, server.Config{})
	for _, path := range []string{"/healthz", "/readyz"} {
		recorder := httptest.NewRecorder()
		s.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
		if recorder.Code != http.StatusNotFound {
			t.Errorf("%s on the public port: %d, want 404", path, recorder.Code)
		}
	}
}

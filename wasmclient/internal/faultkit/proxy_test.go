//go:build !js

package faultkit

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// service answers /echo with what it is sent and /stream with a line for each
// tick, the first one at once.
type service struct {
	*httptest.Server
	echoed atomic.Int32
	tick   chan struct{}
	gone   chan struct{} // a value for each stream whose client has gone
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{tick: make(chan struct{}), gone: make(chan struct{}, 10)}
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.echoed.Add(1)
		_, _ = w.Write(body)
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		for {
			_, _ = io.WriteString(w, "x")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-s.tick:
			case <-r.Context().Done():
				s.gone <- struct{}{}
				return
			}
		}
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *service) proxy(t *testing.T) (*Proxy, *http.Client) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}
	t.Cleanup(client.CloseIdleConnections)
	return NewProxy(t, s.Listener.Addr().String()), client
}

func echo(client *http.Client, url, text string) (string, error) {
	response, err := client.Post(url+"/echo", "text/plain", strings.NewReader(text))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

func mustEcho(t *testing.T, client *http.Client, url, text string) {
	t.Helper()
	if got, err := echo(client, url, text); err != nil || got != text {
		t.Fatalf("echo: %d bytes, %v, want %d", len(got), err, len(text))
	}
}

// openStream returns a stream of which one byte has come.
func openStream(t *testing.T, client *http.Client, url string) io.Reader {
	t.Helper()
	response, err := client.Get(url + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	readOne(t, response.Body)
	return response.Body
}

func readOne(t *testing.T, stream io.Reader) {
	t.Helper()
	if _, err := stream.Read(make([]byte, 1)); err != nil {
		t.Fatalf("read: %v", err)
	}
}

func TestProxyCutsAndGoesOn(t *testing.T) {
	t.Parallel()
	s := newService(t)
	proxy, client := s.proxy(t)
	stream := openStream(t, client, proxy.URL())
	if count := proxy.Cut(); count != 1 {
		t.Errorf("cut %d connections, want 1", count)
	}
	if _, err := stream.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read: %v, want a reset", err)
	}
	mustEcho(t, client, proxy.URL(), "still there")
}

func TestProxyStallsAll(t *testing.T) {
	t.Parallel()
	s := newService(t)
	proxy, client := s.proxy(t)
	stream := openStream(t, client, proxy.URL())
	proxy.Stall()
	s.tick <- struct{}{}
	read := make(chan error, 1)
	go func() {
		_, err := stream.Read(make([]byte, 1))
		read <- err
	}()
	impatient := &http.Client{Transport: client.Transport, Timeout: 100 * time.Millisecond}
	if _, err := echo(impatient, proxy.URL(), "hello"); err == nil {
		t.Error("a stalled proxy passed a request on")
	}
	select {
	case err := <-read:
		t.Errorf("read through a stalled proxy: %v", err)
	default:
	}
	proxy.Resume()
	if err := <-read; err != nil {
		t.Errorf("read after the stall: %v", err)
	}
}

func TestProxyStallsOneConnection(t *testing.T) {
	t.Parallel()
	s := newService(t)
	proxy, client := s.proxy(t)
	stream := openStream(t, client, proxy.URL())
	stalled := proxy.Connections()[0]
	stalled.Stall()
	s.tick <- struct{}{}
	mustEcho(t, client, proxy.URL(), "another connection")
	stalled.Resume()
	readOne(t, stream)
}

func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	s := newService(t)
	proxy, client := s.proxy(t)
	proxy.SetRefusing(true)
	if _, err := echo(client, proxy.URL(), "hello"); err == nil {
		t.Error("a refusing proxy took a connection")
	}
	proxy.SetRefusing(false)
	mustEcho(t, client, proxy.URL(), "hello")
}

func TestProxyAnswersItself(t *testing.T) {
	t.Parallel()
	s := newService(t)
	proxy, client := s.proxy(t)
	proxy.SetStatus(http.StatusBadGateway)
	response, err := client.Post(proxy.URL()+"/echo", "text/plain", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusBadGateway || s.echoed.Load() != 0 {
		t.Errorf("status %d after %d calls, want 502 and none", response.StatusCode, s.echoed.Load())
	}
	proxy.SetStatus(0)
	mustEcho(t, client, proxy.URL(), "hello")
}

func TestProxyDropsAnswers(t *testing.T) {
	t.Parallel()
	s := newService(t)
	proxy, client := s.proxy(t)
	mustEcho(t, client, proxy.URL(), "one")
	dropped := proxy.DropAnswers("/echo", 1)
	if got, err := echo(client, proxy.URL(), "two"); err == nil {
		t.Errorf("got %q, want no answer", got)
	}
	<-dropped
	if got := s.echoed.Load(); got != 2 {
		t.Errorf("the service was called %d times, want 2", got)
	}
	mustEcho(t, client, proxy.URL(), "three")
}

func TestProxySlowsDown(t *testing.T) {
	t.Parallel()
	s := newService(t)
	proxy, client := s.proxy(t)
	proxy.SetDelay(50 * time.Millisecond)
	began := time.Now()
	mustEcho(t, client, proxy.URL(), "there and back")
	if elapsed := time.Since(began); elapsed < 100*time.Millisecond {
		t.Errorf("took %v, want two delays of 50ms at least", elapsed)
	}
	proxy.SetDelay(0)
	proxy.SetRate(100_000)
	began = time.Now()
	mustEcho(t, client, proxy.URL(), strings.Repeat("x", 20_000))
	if elapsed := time.Since(began); elapsed < 300*time.Millisecond {
		t.Errorf("40 KB took %v, want 400ms and more at 100 KB per second", elapsed)
	}
}

func TestProxyFollowsItsTarget(t *testing.T) {
	t.Parallel()
	first, second := newService(t), newService(t)
	proxy, client := first.proxy(t)
	mustEcho(t, client, proxy.URL(), "first")
	proxy.SetTarget(second.Listener.Addr().String())
	proxy.Cut()
	client.CloseIdleConnections()
	mustEcho(t, client, proxy.URL(), "second")
	if got := second.echoed.Load(); got != 1 {
		t.Errorf("the second service was called %d times, want once", got)
	}
}

func TestGateLetsGoWhoGivesUp(t *testing.T) {
	t.Parallel()
	var g gate
	g.shut()
	g.shut()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if g.pass(ctx) {
		t.Error("passed a shut gate")
	}
	g.open()
	if !g.pass(t.Context()) {
		t.Error("did not pass an open gate")
	}
}

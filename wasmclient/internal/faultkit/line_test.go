//go:build !js

package faultkit

import (
	"context"
	"errors"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"
)

func (s *service) line(t *testing.T) (*Line, *http.Client) {
	t.Helper()
	line := NewLine(new(net.Dialer).DialContext)
	t.Cleanup(line.Close)
	client := line.Client()
	client.Timeout = 30 * time.Second
	return line, client
}

func TestLineCutsAndHeals(t *testing.T) {
	t.Parallel()
	s := newService(t)
	line, client := s.line(t)
	stream := openStream(t, client, s.URL)
	line.Cut()
	if _, err := stream.Read(make([]byte, 1)); err == nil {
		t.Error("read from a cut line")
	}
	if _, err := echo(client, s.URL, "hello"); !errors.Is(err, syscall.ENETUNREACH) {
		t.Errorf("call over a cut line: %v, want %v", err, syscall.ENETUNREACH)
	}
	line.Heal()
	mustEcho(t, client, s.URL, "hello")
}

func TestLineStallsAndHeals(t *testing.T) {
	t.Parallel()
	s := newService(t)
	line, client := s.line(t)
	stream := openStream(t, client, s.URL)
	line.Stall()
	impatient := &http.Client{Transport: client.Transport, Timeout: 100 * time.Millisecond}
	if _, err := echo(impatient, s.URL, "hello"); err == nil {
		t.Error("a stalled line passed a request on")
	}
	if s.echoed.Load() != 0 {
		t.Error("the service was called over a stalled line")
	}
	line.Heal()
	s.tick <- struct{}{}
	readOne(t, stream)
}

func TestStalledLineHidesThatItsMachineIsGone(t *testing.T) {
	t.Parallel()
	s := newService(t)
	line, client := s.line(t)
	ctx, cancel := context.WithCancel(t.Context())
	request := must[*http.Request](t)(http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/stream", nil))
	response := must[*http.Response](t)(client.Do(request))
	defer response.Body.Close()
	readOne(t, response.Body)
	line.Stall()
	cancel()
	if _, err := response.Body.Read(make([]byte, 1)); err == nil {
		t.Error("read after giving up")
	}
	select {
	case s.tick <- struct{}{}: // the service still serves the stream
	case <-s.gone:
		t.Fatal("the service was told")
	}
	line.Close()
	wait(t, s.gone)
}

func TestLineTellsWhatIsAsked(t *testing.T) {
	t.Parallel()
	s := newService(t)
	line, client := s.line(t)
	var asked []string
	line.WhenAsking(func(method string) { asked = append(asked, method) })
	mustEcho(t, client, s.URL, "hello")
	if len(asked) != 1 || asked[0] != "echo" {
		t.Errorf("asked %v, want echo", asked)
	}
}

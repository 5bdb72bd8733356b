//go:build !js

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

func startServer(t *testing.T) (url string) {
	t.Helper()
	keys, err := token.ParseKeyring(token.NewKeyFile())
	if err != nil {
		t.Fatal(err)
	}
	handler, err := server.New(server.Config{
		Matchmaking: matchmakingmem.New(matchmakingmem.Config{}),
		Signaling:   signalingmem.New(signalingmem.Config{}),
		Keys:        keys,
		Logger:      slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(handler)
	t.Cleanup(func() {
		listening.CloseClientConnections()
		listening.Close()
	})
	return listening.URL
}

func TestTwoTerminalsChat(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()

	staying, leave := io.Pipe() // a person who only listens
	defer func() { _ = leave.Close() }()
	var heard, told bytes.Buffer
	listener := make(chan error, 1)
	go func() { listener <- chat(ctx, url, staying, &heard, log.New(&told, "", 0)) }()
	if err := chat(ctx, url, strings.NewReader("hello\n\n  \n\x1b[2Jこんにちは\n"), io.Discard, log.New(io.Discard, "", 0)); err != nil {
		t.Fatalf("speaker: %v", err)
	}
	if err := <-listener; err != nil {
		t.Fatalf("listener: %v", err)
	}
	if got, want := heard.String(), "hello\n\ufffd[2Jこんにちは\n"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
	if !strings.Contains(told.String(), "Your partner has left.") {
		t.Errorf("status was %q, want the partner's leaving", told.String())
	}
}

// TestABurstOfLines sends as many lines as a file has: the other terminal prints them all.
func TestABurstOfLines(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var lines strings.Builder
	for i := range 10_000 {
		fmt.Fprintln(&lines, "line", i)
	}
	staying, leave := io.Pipe()
	defer func() { _ = leave.Close() }()
	var heard bytes.Buffer
	listener := make(chan error, 1)
	go func() { listener <- chat(ctx, url, staying, &heard, log.New(io.Discard, "", 0)) }()
	if err := chat(ctx, url, strings.NewReader(lines.String()), io.Discard, log.New(io.Discard, "", 0)); err != nil {
		t.Fatalf("speaker: %v", err)
	}
	if err := <-listener; err != nil {
		t.Fatalf("listener: %v", err)
	}
	if heard.String() != lines.String() {
		t.Errorf("heard %d of %d bytes", heard.Len(), lines.Len())
	}
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"plain", "a\tb é 👩‍👩‍👧", "a\tb é 👩‍👩‍👧"},
		{"escape", "\x1b[31mred", "\ufffd[31mred"},
		{"C1", "a\u009bb", "a\ufffdb"},
		{"line breaks", "a\r\nb", "a\ufffd\ufffdb"},
		{"direction", "a\u202eb\u2066c", "a\ufffdb\ufffdc"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := harmless(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		progress p2p.Progress
		want     string
	}{
		{p2p.Progress{Stage: p2p.StageWaiting, Waiting: 3}, "Waiting for a partner; 3 here."},
		{p2p.Progress{Stage: p2p.StageWidened, Any: true}, "Nobody new so far; anybody will do now…"},
		{p2p.Progress{Stage: p2p.StageRetrying, Busy: true}, "The server is busy, trying again…"},
		{p2p.Progress{Stage: p2p.StageRetrying, Err: io.ErrUnexpectedEOF}, "The server cannot be reached, trying again: unexpected EOF"},
		{p2p.Progress{Stage: 1000}, "Looking on…"},
	} {
		if got := describe(test.progress); got != test.want {
			t.Errorf("%+v: %q, want %q", test.progress, got, test.want)
		}
	}
}

func TestDescribeChange(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		change p2p.Change
		want   string
	}{
		{p2p.Change{State: p2p.PeerInterrupted}, "Connection interrupted, trying to reconnect…"},
		{p2p.Change{State: p2p.PeerConnected}, "Connected again."},
		{p2p.Change{State: p2p.PeerGone, Reason: p2p.ReasonPeerGone}, ""}, // the farewell says it
		{p2p.Change{Signaling: p2p.SignalingLost}, ""},
	} {
		if got := describeChange(test.change); got != test.want {
			t.Errorf("%+v: %q, want %q", test.change, got, test.want)
		}
	}
}

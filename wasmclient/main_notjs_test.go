//go:build !js

package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

func TestTwoTerminalsChat(t *testing.T) {
	t.Parallel()
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
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()

	staying, leave := io.Pipe() // a person who only listens
	defer func() { _ = leave.Close() }()
	var heard, told bytes.Buffer
	listener := make(chan error, 1)
	go func() { listener <- chat(ctx, listening.URL, staying, &heard, &told) }()
	if err := chat(ctx, listening.URL, strings.NewReader("hello\n\n  \n\x1b[2Jこんにちは\n"), io.Discard, io.Discard); err != nil {
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

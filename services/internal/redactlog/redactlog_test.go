package redactlog_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redactlog"
)

const token = "eyJhbGciOiJIUzI1NiJ9.eyJyb29tIjoieCJ9.c2lnbmF0dXJl"

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"nothing to hide at 12:30:45, version 1.2":              "nothing to hide at 12:30:45, version 1.2",
		"http: TLS handshake error from 192.0.2.7:51422: EOF":   "http: TLS handshake error from [address]: EOF",
		"dial tcp 192.0.2.7: refused":                           "dial tcp [address]: refused",
		"from 2001:db8::7 to ::1":                               "from [address] to [address]",
		"bearer " + token + " expired":                          "bearer [token] expired",
		"offer v=0\r\no=- 1 2 IN IP4 192.0.2.7":                 "offer [session description]",
		"add candidate:1 1 udp 1 192.0.2.7 9 typ host: refused": "add [session description]",
	} {
		if got := redactlog.Text(text); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
	if got := redactlog.Text("write tcp [2001:db8::7]:443: reset"); strings.Contains(got, "db8") {
		t.Errorf("got %q", got)
	}
}

func TestHandler(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger := slog.New(redactlog.New(slog.NewTextHandler(&out, nil)))
	logger.With("from", "192.0.2.7").WithGroup("g").Info("hello 192.0.2.8",
		"error", errors.New("192.0.2.9"), slog.Group("in", "token", token), "count", 3)
	if got := out.String(); strings.Contains(got, "192.0.2") || strings.Contains(got, "eyJ") || !strings.Contains(got, "g.count=3") {
		t.Errorf("logged %s", got)
	}
}

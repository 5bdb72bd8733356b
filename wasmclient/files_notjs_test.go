//go:build !js

package main

import (
	"bytes"
	"context"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// says is a log that answers lines with lines of the person.
type says struct {
	person  io.Writer
	answers map[string]string // by what a line contains
	heard   bytes.Buffer
}

func (s *says) Write(line []byte) (int, error) {
	for contained, answer := range s.answers {
		if bytes.Contains(line, []byte(contained)) {
			go func() { _, _ = io.WriteString(s.person, answer) }()
		}
	}
	return s.heard.Write(line)
}

// TestTerminalsPassFiles lets one terminal send a file and then end, and another one save it
// under a name that is taken.
func TestTerminalsPassFiles(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	content := make([]byte, 3_000_000)
	for i := range content {
		content[i] = byte(rand.Uint32())
	}
	sent, saved := filepath.Join(t.TempDir(), "my file.bin"), t.TempDir()
	if err := os.WriteFile(sent, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(saved, "my file.bin"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	staying, person := io.Pipe()
	defer func() { _ = person.Close() }()
	receiver := &says{person: person, answers: map[string]string{"offers my file.bin (3.0 MB)": "/accept 1 \"" + saved + "\"\n"}}
	listener := make(chan error, 1)
	go func() { listener <- chat(ctx, url, staying, io.Discard, log.New(receiver, "", 0)) }()
	var told bytes.Buffer
	if err := chat(ctx, url, strings.NewReader("/send "+sent+"\n/send /does/not/exist\n"), io.Discard, log.New(&told, "", 0)); err != nil {
		t.Fatalf("sender: %v", err)
	}
	if err := <-listener; err != nil {
		t.Fatalf("receiver: %v", err)
	}
	for who, lines := range map[string][]string{told.String(): {"Sent my file.bin.", "/send: open /does/not/exist"}, receiver.heard.String(): {"my file (1).bin"}} {
		for _, line := range lines {
			if !strings.Contains(who, line) {
				t.Errorf("%q is missing in %q", line, who)
			}
		}
	}
	if got, err := os.ReadFile(filepath.Join(saved, "my file (1).bin")); err != nil || !bytes.Equal(got, content) {
		t.Errorf("saved %d bytes, %v", len(got), err)
	}
	if got, _ := os.ReadFile(filepath.Join(saved, "my file.bin")); string(got) != "mine" {
		t.Error("a file was overwritten")
	}
	if left, _ := filepath.Glob(filepath.Join(saved, "*.part")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

func TestADeclinedFileLeavesNothing(t *testing.T) {
	t.Parallel()
	url := startServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	sent := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(sent, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	staying, person := io.Pipe()
	defer func() { _ = person.Close() }()
	receiver := &says{person: person, answers: map[string]string{"offers a": "/accept 7\n/decline\n/accept\n"}}
	listener := make(chan error, 1)
	go func() { listener <- chat(ctx, url, staying, io.Discard, log.New(receiver, "", 0)) }()
	var told bytes.Buffer
	if err := chat(ctx, url, strings.NewReader("/send '"+sent+"'\n"), io.Discard, log.New(&told, "", 0)); err != nil {
		t.Fatalf("sender: %v", err)
	}
	if err := <-listener; err != nil {
		t.Fatalf("receiver: %v", err)
	}
	if !strings.Contains(told.String(), "Your partner declined a.") || !strings.Contains(receiver.heard.String(), "/accept: no such offer") {
		t.Errorf("told %q and %q", told.String(), receiver.heard.String())
	}
}

func TestNumberAndPath(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rest   string
		number int
		path   string
	}{
		{"", 0, ""},
		{"3", 3, ""},
		{"3 /a b", 3, "/a b"},
		{`2 "a b"`, 2, "a b"},
		{"a b", 0, "a b"},
		{"'", 0, "'"},
	} {
		if number, path := numberAndPath(test.rest); number != test.number || path != test.path {
			t.Errorf("%q: %d, %q, want %d, %q", test.rest, number, path, test.number, test.path)
		}
	}
}

func TestFileSinkIsDiscarded(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	sink, err := newFileSink(folder, "a.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.Write([]byte("half")); err != nil {
		t.Error(err)
	}
	sink.Discard()
	if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for bytes, want := range map[uint64]string{0: "0 B", 999: "999 B", 1000: "1.0 KB", 123_456: "123 KB", 2_000_000_000: "2.0 GB", 1 << 63: "9223372 TB"} {
		if got := size(bytes); got != want {
			t.Errorf("%d is %q, want %q", bytes, got, want)
		}
	}
	if got, want := progressLine("a", 11_000_000, 6_000_000, 21_000_000), "a: 11.0 MB of 21.0 MB, 1.0 MB/s, 10s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

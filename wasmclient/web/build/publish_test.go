package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
)

var client = []byte(strings.Repeat("a client that compresses well ", 1000))

func publishClient(t *testing.T, dist string, content []byte, release bool) {
	t.Helper()
	if err := publish(dist, content, release); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, dist, name string) *os.File {
	t.Helper()
	file, err := os.Open(filepath.Join(dist, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func TestPublishedTwinsAreTheClient(t *testing.T) {
	t.Parallel()
	dist := t.TempDir()
	publishClient(t, dist, client, false)
	zipped, err := gzip.NewReader(open(t, dist, "client.wasm.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for name, reader := range map[string]io.Reader{
		"client.wasm": open(t, dist, "client.wasm"),
		"gzip":        zipped,
		"brotli":      brotli.NewReader(open(t, dist, "client.wasm.br")),
	} {
		if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, client) {
			t.Errorf("%s: %d bytes and error %v, want the client's %d", name, len(got), err, len(client))
		}
	}
	left, err := filepath.Glob(filepath.Join(dist, ".new-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("files left behind: %v, error %v", left, err)
	}
}

// age makes every file old, so that a file written again shows.
func age(t *testing.T, dist string) time.Time {
	t.Helper()
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	entries, err := os.ReadDir(dist)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if err := os.Chtimes(filepath.Join(dist, entry.Name()), old, old); err != nil {
			t.Fatal(err)
		}
	}
	return old
}

func TestPublishCompressesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		before  bool // for a release
		change  func(t *testing.T, dist string)
		content []byte
		release bool
		again   bool
	}{
		{name: "nothing", content: client},
		{name: "the client", content: append([]byte("other "), client...), again: true},
		{name: "the level", content: client, release: true, again: true},
		{name: "the level, down again", before: true, content: client},
		{name: "a twin is gone", content: client, again: true, change: func(t *testing.T, dist string) {
			if err := os.Remove(filepath.Join(dist, "client.wasm.gz")); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dist := t.TempDir()
			publishClient(t, dist, client, test.before)
			old := age(t, dist)
			if test.change != nil {
				test.change(t, dist)
			}
			publishClient(t, dist, test.content, test.release)
			info, err := os.Stat(filepath.Join(dist, "client.wasm.br"))
			if err != nil {
				t.Fatal(err)
			}
			if again := !info.ModTime().Equal(old); again != test.again {
				t.Errorf("compressed again: %v, want %v", again, test.again)
			}
		})
	}
}

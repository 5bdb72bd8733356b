//go:build !js

package foreignpeer

import (
	"bufio"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long a peer may take to print its next line.
const patience = 30 * time.Second

// Stacks are the WebRTC implementations that a peer can use: werift is written in
// TypeScript, node-datachannel is libdatachannel.
var Stacks = []string{"werift", "node-datachannel"}

// Silent makes a peer answer no pings.
const Silent = "silent"

//go:embed .npmrc package.json package-lock.json tsconfig.json peer.ts
var sources embed.FS

// Program is the compiled peer.
type Program struct{ folder string }

// Build installs the packages that the program needs, from the npm registry, and
// compiles it. Everything is deleted when the test ends.
func Build(t testing.TB) Program {
	t.Helper()
	repository := strings.TrimSpace(run(t, ".", "go", "list", "-m", "-f", "{{.Dir}}"))
	copied := t.TempDir()
	folder := filepath.Join(copied, "wasmclient", "internal", "foreignpeer") // package.json names gen/es from there
	err := os.CopyFS(filepath.Join(copied, "gen", "es"), os.DirFS(filepath.Join(repository, "gen", "es")))
	if err := errors.Join(err, os.CopyFS(folder, sources)); err != nil {
		t.Fatal(err)
	}
	run(t, folder, "npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
	run(t, folder, "npx", "tsc")
	return Program{folder}
}

// run runs a program in a folder and returns its standard output.
func run(t testing.TB, folder, program string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, arguments...) //nolint:gosec // all are written in this file
	command.Dir = folder
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", command, err, out, &stderr)
	}
	return string(out)
}

// Peer is a running program. Its methods belong to the goroutine of the test.
type Peer struct {
	t     testing.TB
	stack string
	input io.WriteCloser
	lines chan string // what it prints; closed when it has ended
}

// Start starts a peer that looks for a partner at once. It is killed when the
// test ends.
func (p Program) Start(t testing.TB, url, stack string, options ...string) *Peer {
	t.Helper()
	command := exec.CommandContext(t.Context(), "node", append([]string{"peer.js", url, stack}, options...)...) //nolint:gosec // a test's own
	command.Dir = p.folder
	input, err := command.StdinPipe()
	reader, writer, err2 := os.Pipe()
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	command.Stdout, command.Stderr = writer, &stderr
	err = command.Start()
	if err := errors.Join(err, writer.Close()); err != nil {
		t.Fatal(err)
	}
	peer := &Peer{t: t, stack: stack, input: input, lines: make(chan string, 100)}
	go func() {
		defer close(peer.lines)
		defer reader.Close() //nolint:errcheck // read to its end
		for lines := bufio.NewScanner(reader); lines.Scan(); {
			peer.lines <- lines.Text()
		}
		_ = command.Wait() // how it ended is in its lines
	}()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		for line := range peer.lines {
			t.Logf("%s printed %q", stack, line)
		}
		if stderr.Len() > 0 {
			t.Logf("%s complained:\n%s", stack, stderr.String())
		}
	})
	return peer
}

// Prints fails unless the next lines are these.
func (p *Peer) Prints(want ...string) {
	p.t.Helper()
	for _, line := range want {
		select {
		case got, ok := <-p.lines:
			if !ok || got != line {
				p.t.Fatalf("%s prints %q (ended: %v), want %q", p.stack, got, !ok, line)
			}
		case <-time.After(patience):
			p.t.Fatalf("%s does not print %q", p.stack, line)
		}
	}
}

// Ends fails unless the program has nothing more to say and ends.
func (p *Peer) Ends() {
	p.t.Helper()
	select {
	case line, more := <-p.lines:
		if more {
			p.t.Fatalf("%s prints %q, want its end", p.stack, line)
		}
	case <-time.After(patience):
		p.t.Fatalf("%s does not end", p.stack)
	}
}

// Says lets the peer send a text.
func (p *Peer) Says(text string) {
	p.t.Helper()
	if _, err := fmt.Fprintln(p.input, text); err != nil {
		p.t.Fatalf("%s: %v", p.stack, err)
	}
}

// StartsOver lets the peer offer a new connection, and waits until it is open.
func (p *Peer) StartsOver() {
	p.t.Helper()
	p.Says("/new")
	p.Prints("connected")
}

// Leaves lets the peer say goodbye and end.
func (p *Peer) Leaves() {
	p.t.Helper()
	if err := p.input.Close(); err != nil {
		p.t.Fatalf("%s: %v", p.stack, err)
	}
	p.Prints("left")
	p.Ends()
}

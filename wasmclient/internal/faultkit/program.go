//go:build !js

package faultkit

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
)

// BuildProgram builds the server of this module and returns the file, which
// exists until the test ends.
func BuildProgram(t testing.TB) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), "wasmp2pchat")
	const program = "github.com/wasmp2pchat/wasmp2pchat/services/cmd/wasmp2pchat"
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, program) //nolint:gosec // a folder of the test's own
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, output)
	}
	return binary
}

// Program is a server that can be killed and started again, on the same port
// and with the same keys. Its methods are called from the test's goroutine.
type Program struct {
	binary, address string
	state           string // the folder of its key file
	flags           []string
	log             bytes.Buffer // of all its lives
	process         *exec.Cmd    // nil: not running
}

// NewProgram chooses a port; it starts nothing. What the
// program logs becomes the test's log when the test ends, if it failed.
func NewProgram(t testing.TB, binary string, flags ...string) *Program {
	t.Helper()
	p := &Program{binary: binary, address: servertest.FreeAddress(t), state: t.TempDir()}
	p.flags = append([]string{"--listen", p.address}, flags...)
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() && p.log.Len() > 0 {
			t.Logf("log of the program:\n%s", p.log.String())
		}
	})
	return p
}

// Address returns host and port.
func (p *Program) Address() string { return p.address }

// KeyFile returns the file of the keys, which the program writes when it starts.
func (p *Program) KeyFile() string { return filepath.Join(p.state, "wasmp2pchat", "token.keys") }

// URL returns where clients reach the program.
func (p *Program) URL() string { return "http://" + p.address }

// Start starts the program and returns when it listens.
func (p *Program) Start(t testing.TB) {
	t.Helper()
	// Not t.Context(): clients still call the program while the test ends.
	command := exec.CommandContext(context.Background(), p.binary, p.flags...) //nolint:gosec // the tests' own
	command.Env = append(os.Environ(), "XDG_STATE_HOME="+p.state)
	command.Stderr = &p.log
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatalf("start the program: %v", err)
	}
	p.process = command
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if strings.Contains(lines.Text(), p.address) {
			return
		}
	}
	p.Kill()
	t.Fatalf("the program did not say where it listens; its log:\n%s", p.log.String())
}

// Kill ends the program as a crash does and returns when it is gone. It does
// nothing if the program does not run.
func (p *Program) Kill() {
	if p.process == nil {
		return
	}
	_ = p.process.Process.Kill()
	_ = p.process.Wait() // "signal: killed" is what was asked for
	p.process = nil
}

// Freeze stops the program like a laptop that sleeps: its connections stay open.
// Thaw continues it.
func (p *Program) Freeze() { _ = p.process.Process.Signal(syscall.SIGSTOP) }

// Thaw ends a Freeze.
func (p *Program) Thaw() { _ = p.process.Process.Signal(syscall.SIGCONT) }

//go:build !js

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait of a test; none takes that long unless
// something is wrong.
const patience = 30 * time.Second

// pollInterval is how often a page is asked whether a condition holds.
const pollInterval = 20 * time.Millisecond

// program is a running server.
type program struct {
	url   string
	flags []string
	state string // folder of its token key
	kill  func() // as a crash does; returns when the process is gone
	// terminate ends it as an operator does, and returns when it is gone.
	terminate func(*testing.T)
}

// serve starts the program on a free port.
func serve(t *testing.T, flags ...string) program {
	t.Helper()
	return serveOn(t, "127.0.0.1:0", flags...)
}

// serveOn starts the program on an address.
func serveOn(t *testing.T, address string, flags ...string) program {
	t.Helper()
	return start(t, address, t.TempDir(), flags)
}

// restart starts a killed program again: empty, where it was, with its key.
func (p program) restart(t *testing.T) {
	t.Helper()
	start(t, strings.TrimPrefix(p.url, "http://"), p.state, p.flags)
}

// start starts the program and returns when it listens. Its log becomes the
// test's when the test ends.
func start(t *testing.T, address, state string, flags []string) program {
	t.Helper()
	// Not t.Context(): it ends before the tabs close, and they would complain.
	command := exec.CommandContext(context.Background(), binary, append([]string{"--listen", address}, flags...)...)
	command.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
	var log bytes.Buffer
	command.Stderr = &log
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatalf("start the program: %v", err)
	}
	wait := sync.OnceValue(command.Wait)
	kill := func() {
		_ = command.Process.Kill()
		_ = wait() // "signal: killed" is what was asked for
	}
	terminate := func(t *testing.T) {
		t.Helper()
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := wait(); err != nil {
			t.Errorf("the program on %s ended with %v after SIGTERM", address, err)
		}
	}
	t.Cleanup(func() {
		kill()
		if log.Len() > 0 {
			t.Logf("log of the program on %s:\n%s", address, log.String())
		}
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if url := regexp.MustCompile(`https?://\S+`).FindString(lines.Text()); url != "" {
			return program{url: url, flags: flags, state: state, kill: kill, terminate: terminate}
		}
	}
	kill()
	t.Fatalf("the program did not say where it listens; its log:\n%s", log.String())
	return program{}
}

//go:build !js

package faultkit

import (
	"context"
	"net"
	"os/exec"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
)

// Redis is a redis-server that keeps nothing on disk and can be restarted
// empty. Its methods are called from the test's goroutine.
type Redis struct {
	address string
	folder  string
	process *exec.Cmd // nil: not running
}

// StartRedis starts a server, which ends with the test.
func StartRedis(t testing.TB) *Redis {
	t.Helper()
	r := &Redis{address: servertest.FreeAddress(t), folder: t.TempDir()}
	r.Start(t)
	t.Cleanup(r.Kill)
	return r
}

// URL returns the value for the program's --engine.
func (r *Redis) URL() string { return "redis://" + r.address }

// Restart kills the server and starts it again without its data.
func (r *Redis) Restart(t testing.TB) {
	t.Helper()
	r.Kill()
	r.Start(t)
}

// Start starts a server that was killed, without its data.
func (r *Redis) Start(t testing.TB) {
	t.Helper()
	_, port, err := net.SplitHostPort(r.address)
	if err != nil {
		t.Fatal(err)
	}
	r.process = exec.CommandContext(context.Background(), "redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", r.folder) //nolint:gosec // a test's own
	if err := r.process.Start(); err != nil {
		t.Fatalf("start redis-server: %v: make doctor tells what to install", err)
	}
	WaitForPort(t, r.address)
}

// Kill ends the server as a crash does and returns when it is gone. It does
// nothing if the server does not run.
func (r *Redis) Kill() {
	if r.process == nil {
		return
	}
	_ = r.process.Process.Kill()
	_ = r.process.Wait() // "signal: killed" is what was asked for
	r.process = nil
}

// Package process starts the program as an operator does, for programs that
// measure it, and reads what it costs. It reads /proc, so it needs Linux.
package process

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// A Process is a running program.
type Process struct {
	// URL is where it serves.
	URL     string
	command *exec.Cmd
}

// Build builds the program into a file.
func Build(ctx context.Context, file string) error {
	const program = "github.com/wasmp2pchat/wasmp2pchat/services/cmd/wasmp2pchat"
	build := exec.CommandContext(ctx, "go", "build", "-o", file, program) //nolint:gosec // a file of the caller's own
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w: %s", err, output)
	}
	return nil
}

// Start starts the program that Build wrote, on a free port, and returns when it
// listens. The caller ends it with Kill.
func Start(ctx context.Context, file string, arguments ...string) (Process, error) {
	command := exec.CommandContext(ctx, file, append([]string{"--listen", "127.0.0.1:0"}, arguments...)...) //nolint:gosec // our own
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return Process{}, err
	}
	if err := command.Start(); err != nil {
		return Process{}, fmt.Errorf("start the program: %w", err)
	}
	started := Process{command: command}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		started.Kill()
		return Process{}, fmt.Errorf("the program does not serve: %w", err)
	}
	go io.Copy(io.Discard, output) //nolint:errcheck // ends with the process
	_, started.URL, _ = strings.Cut(strings.TrimSpace(line), " on ")
	return started, nil
}

// Kill ends the process and returns when it is gone.
func (p Process) Kill() {
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
}

// Package process starts servers as an operator does, for programs that measure
// them, and reads what they cost. It reads /proc, so it needs Linux.
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

// Server is the path of the program that is measured, for Build.
const Server = module + "/services/cmd/wasmp2pchat"

const module = "github.com/wasmp2pchat/wasmp2pchat"

// A Process is a running program.
type Process struct {
	// URL is where it serves.
	URL     string
	command *exec.Cmd
}

// Build builds a program of this module into a file. It runs in the module's
// folder or one below it.
func Build(ctx context.Context, file, program string) error {
	build := exec.CommandContext(ctx, "go", "build", "-o", file, program) //nolint:gosec // a file of the caller's own
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", program, err, output)
	}
	return nil
}

// Start starts the program that Build wrote for Server, on a free port, and
// returns when it listens. The caller ends it with Kill.
func Start(ctx context.Context, file string, arguments ...string) (Process, error) {
	return Serve(exec.CommandContext(ctx, file, append([]string{"--listen", "127.0.0.1:0"}, arguments...)...)) //nolint:gosec // our own
}

// Serve starts a command and returns when it has printed where it serves: a
// first line that ends with " on " and a URL. The caller ends it with Kill.
func Serve(command *exec.Cmd) (Process, error) {
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return Process{}, err
	}
	if err := command.Start(); err != nil {
		return Process{}, fmt.Errorf("start %s: %w", command.Path, err)
	}
	started := Process{command: command}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		started.Kill()
		return Process{}, fmt.Errorf("%s does not serve: %w", command.Path, err)
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

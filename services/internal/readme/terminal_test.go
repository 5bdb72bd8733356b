package readme

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a server may take to start, which includes compiling it,
// and to end.
const patience = 3 * time.Minute

// A terminal runs one server after the other. Before the next one starts, the one
// before is ended with Ctrl-C.
type terminal struct {
	command *exec.Cmd
	output  *output
	ended   chan error
}

// serving is what a server prints when it accepts calls: the program, or Redis.
var serving = regexp.MustCompile(`^Serving .* on http|Ready to accept connections`)

// start runs a script and waits until it serves.
func start(t *testing.T, command *exec.Cmd) *terminal {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stdout, command.Stderr = writer, writer
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	terminal := &terminal{command: command, output: &output{served: make(chan struct{})}, ended: make(chan error, 1)}
	go func() {
		terminal.output.copy(reader)
		terminal.ended <- command.Wait()
	}()
	select {
	case <-terminal.output.served:
	case err := <-terminal.ended:
		t.Fatalf("the server ended (%v) instead of serving:\n%s", err, terminal.output)
	case <-time.After(patience):
		terminal.signal(syscall.SIGKILL)
		t.Fatalf("the server does not serve:\n%s", terminal.output)
	}
	return terminal
}

// stop presses Ctrl-C and waits until every process in the terminal is gone.
func (s *terminal) stop(t *testing.T) {
	t.Helper()
	s.signal(syscall.SIGINT)
	select {
	case err := <-s.ended:
		t.Logf("ended: %v", err)
	case <-time.After(patience):
		s.signal(syscall.SIGKILL)
		t.Errorf("the server does not end:\n%s", s.output)
	}
}

// signal reaches the whole process group; one that is gone needs no signal.
func (s *terminal) signal(signal syscall.Signal) { _ = syscall.Kill(-s.command.Process.Pid, signal) }

// output keeps what a server prints.
type output struct {
	served chan struct{} // closed when it serves
	mu     sync.Mutex    // guards the following field
	text   strings.Builder
}

func (o *output) copy(from io.ReadCloser) {
	defer from.Close()
	served := false
	for lines := bufio.NewScanner(from); lines.Scan(); {
		o.mu.Lock()
		o.text.WriteString(lines.Text() + "\n")
		o.mu.Unlock()
		if !served && serving.MatchString(lines.Text()) {
			served = true
			close(o.served)
		}
	}
}

// String returns what was printed until now.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

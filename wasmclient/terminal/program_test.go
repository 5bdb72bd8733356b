//go:build !js

package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servermem"
)

// buildProgram builds the program once for all tests and returns its path.
var buildProgram = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "wasmclient-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "wasmclient")
	out, err := exec.Command("go", "build", "-o", path, "..").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return path, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := buildProgram(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// program returns a run of the real program, which has not started.
func program(t *testing.T, arguments ...string) (command *exec.Cmd, out, told *lines) {
	t.Helper()
	path, err := buildProgram()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	command = exec.CommandContext(ctx, path, arguments...)
	out, told = new(lines), new(lines)
	command.Stdout, command.Stderr = out, told
	return command, out, told
}

// code returns the exit code of a program that has ended.
func code(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	default:
		t.Fatal(err)
		return -1
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	for _, test := range []struct {
		name      string
		arguments []string
		want      int
		says      string
	}{
		{"help", []string{"--help"}, 0, ""},
		{"no URL", nil, exitUsage, "expected \"<URL>\""},
		{"no scheme", []string{"localhost:8080"}, exitUsage, "is not a URL such as http://localhost:8080"},
		{"another scheme", []string{"ftp://localhost"}, exitUsage, "is not a URL"},
		{"no host", []string{"http://"}, exitUsage, "is not a URL"},
		{"no such port", []string{"http://localhost:99999"}, exitUsage, "no such port"},
		{"control characters", []string{"http://\x1b[2J"}, exitUsage, "is not a URL"},
		{"an unknown flag", []string{"--nonsense", url}, exitUsage, "nonsense"},
		{"a group of nine", []string{"--group", "9", url}, exitUsage, "2 to 8"},
		{"a wait below zero", []string{"--wait=-1s", url}, exitUsage, "below zero"},
		{"a pool that the server refuses", []string{"--pool", strings.Repeat("x", 1000), url}, exitUsage, "pool"},
		{"an invite that is none", []string{"--invite", "please", url}, exitUsage, "not an invite"},
		{"a link that has none", []string{url + "/#invite=please"}, exitUsage, "not an invite"},
		{"an invite and a pool", []string{"--invite", "new", "--pool", "lobby", url}, exitUsage, "pool of its own"},
		{"a new invite", []string{"--invite", "new", "--timeout", "100ms", url}, exitNobody, "#invite="},
		{"nobody", []string{"--timeout", "100ms", url}, exitNobody, "nobody came"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			command, _, told := program(t, test.arguments...)
			if got := code(t, command.Run()); got != test.want || !strings.Contains(told.String(), test.says) {
				t.Errorf("exit code %d, want %d; said\n%s", got, test.want, told)
			}
			if strings.Contains(told.String(), "\x1b") {
				t.Errorf("said %q", told)
			}
		})
	}
}

// TestPrograms chats through two pipes and wants every line at both ends.
func TestPrograms(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	var text bytes.Buffer
	for i := range 1000 {
		fmt.Fprintln(&text, "line", i)
	}
	var running sync.WaitGroup
	for range 2 {
		command, out, told := program(t, url)
		command.Stdin = bytes.NewReader(text.Bytes())
		running.Go(func() {
			if got := code(t, command.Run()); got != 0 || out.String() != text.String() {
				t.Errorf("exit code %d, %d of %d bytes; said\n%s", got, len(out.String()), text.Len(), told)
			}
		})
	}
	running.Wait()
}

// TestSignals ends programs with each signal: in a chat, and while they look for a partner.
func TestSignals(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			url := servermem.Start(t)
			command, _, told := program(t, url)
			ann := &person{t: t, told: told, out: told}
			stdin, err := command.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close() //nolint:errcheck // the program has ended
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			ann.sees(told, "Waiting")
			bob := join(t, url, nil)
			if _, err := io.WriteString(stdin, "hello\n"); err != nil {
				t.Fatal(err)
			}
			bob.sees(bob.out, "hello")
			if err := command.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if got := code(t, command.Wait()); got != 0 {
				t.Errorf("exit code %d; said\n%s", got, told)
			}
			if err := bob.ends(); err != nil || !strings.Contains(bob.told.String(), "Your partner has left.") {
				t.Errorf("the partner ended with %v, told\n%s", err, bob.told)
			}

			waiting, _, told := program(t, url)
			waiting.Stdin = strings.NewReader("nobody hears this\n")
			if err := waiting.Start(); err != nil {
				t.Fatal(err)
			}
			(&person{t: t, told: told, out: told}).sees(told, "Waiting")
			if err := waiting.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if got := code(t, waiting.Wait()); got != exitFailed || !strings.Contains(told.String(), "not sent: 1 line\n") {
				t.Errorf("exit code %d; said\n%s", got, told)
			}
		})
	}
}

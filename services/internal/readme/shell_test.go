package readme

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// TestShellBlocks runs each sh block in order in a fresh clone. A block whose
// first line is "# Terminal N" holds a server: it goes on until another block
// takes its terminal.
func TestShellBlocks(t *testing.T) {
	scripts := blocks(read(t, "README.md"), "sh")
	downloadPrograms(t, strings.Join(scripts, ""))
	shell := shell{folder: clone(t), environment: environment(t)}

	// The READMEs use fixed ports. If possible the test runs in a network of its
	// own, so that no other server on this machine uses them. The network belongs
	// to this thread, which therefore ends with the test.
	runtime.LockOSThread()
	leaveNetwork(t)

	servers := make(map[string]*terminal)
	defer func() {
		for server := range maps.Values(servers) {
			server.stop(t)
		}
	}()
	for _, script := range scripts {
		t.Log(script)
		name := regexp.MustCompile(`^# (Terminal \d+)`).FindString(script)
		if name == "" {
			shell.run(t, script)
			continue
		}
		if server := servers[name]; server != nil {
			server.stop(t)
			delete(servers, name)
		}
		servers[name] = start(t, shell.command(t, script))
	}
}

type shell struct {
	folder      string
	environment []string
}

func (s shell) command(t *testing.T, script string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
	command.Dir, command.Env = s.folder, s.environment
	return command
}

// run runs a script to its end. Of checks that would run this very test, it only
// lists the commands.
func (s shell) run(t *testing.T, script string) {
	t.Helper()
	script = strings.ReplaceAll(script, "make test", "make -n test")
	out, err := s.command(t, script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s\n%s", err, script, out)
	}
	t.Logf("%s", out)
	if len(out) == 0 && !strings.Contains(script, ">") {
		t.Errorf("prints nothing:\n%s", script)
	}
}

// environment returns the environment of a new user, with the caches and the
// proxy of the go command.
func environment(t *testing.T) []string {
	t.Helper()
	modules := goEnv(t, "GOMODCACHE")
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + t.TempDir(),
		"GOMODCACHE=" + modules,
		"GOCACHE=" + goEnv(t, "GOCACHE"),
		"GOPROXY=file://" + filepath.ToSlash(modules) + "/cache/download," + goEnv(t, "GOPROXY"),
		"GONOSUMDB=*", // downloadPrograms verified them
	}
}

// downloadPrograms fetches and builds what the scripts run by
// `go run package@version`, while there is a network.
func downloadPrograms(t *testing.T, scripts string) {
	t.Helper()
	for _, match := range regexp.MustCompile(`go run (\S+@\S+)`).FindAllStringSubmatch(scripts, -1) {
		command := exec.CommandContext(t.Context(), "go", "install", match[1])
		command.Env = append(os.Environ(), "GOBIN="+t.TempDir())
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
}

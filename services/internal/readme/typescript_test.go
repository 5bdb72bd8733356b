package readme

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestTypeScriptClient installs the contract's package as the TypeScript
// block says, checks the block's types, and runs it twice at once against the
// real program: the two must meet in one room.
func TestTypeScriptClient(t *testing.T) {
	found := blocks(read(t, "README.md"), "ts")
	if len(found) != 1 {
		t.Fatalf("README.md has %d ts blocks, want one", len(found))
	}
	repository := clone(t)
	command := exec.Command("go", "run", "./services/cmd/wasmp2pchat", "--listen=localhost:0")
	command.Dir, command.Env = repository, environment(t)
	server := start(t, command)
	defer server.stop(t)
	address := regexp.MustCompile(`http://\S+`).FindString(server.output.String())

	project := compile(t, repository, strings.ReplaceAll(found[0], "http://localhost:8080", address))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	type result struct {
		out string
		err error
	}
	results := make(chan result)
	for range 2 {
		go func() {
			client := exec.CommandContext(ctx, "node", "client.js")
			client.Dir = project
			out, err := client.CombinedOutput()
			results <- result{string(out), err}
		}()
	}
	first, second := <-results, <-results
	if first.err != nil || second.err != nil {
		t.Fatalf("clients ended with %v and %v:\n%s\n%s", first.err, second.err, first.out, second.out)
	}
	if room, joined, _ := strings.Cut(first.out, " "); room == "" || joined != "welcome\n" || first.out != second.out {
		t.Errorf("clients print %q and %q, want the same room and welcome", first.out, second.out)
	}
}

// compile puts a program into a project beside the repository, installs what
// its first line says, and compiles it to client.js there.
func compile(t *testing.T, repository, program string) (project string) {
	t.Helper()
	project = filepath.Join(filepath.Dir(repository), "project")
	files := map[string]string{"package.json": `{"type": "module", "private": true}`, "client.ts": program}
	if err := os.Mkdir(project, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(project, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	install := regexp.MustCompile(`^// (npm install .*)\n`).FindStringSubmatch(program)
	if install == nil {
		t.Fatalf("the program's first line does not say what to install:\n%s", program)
	}
	run(t, project, "bash", "-euo", "pipefail", "-c", install[1])
	run(t, project, "npm", "install", "--save-dev", "typescript@5.9.3", "@types/node@20.19.25")
	run(t, project, "npx", "tsc", "--strict", "--target", "es2022", "--module", "nodenext", "client.ts")
	return project
}

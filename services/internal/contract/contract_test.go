// Package contract tests that the contract in proto/ passes the linter, does not
// break its callers, and matches the generated code.
package contract

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../../.."

// buf runs buf at the root of the repository and returns what it prints.
func buf(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"tool", "buf"}, arguments...)...)
	command.Dir = root
	out, err := command.CombinedOutput()
	return string(out), err
}

func TestLintIsClean(t *testing.T) {
	t.Parallel()
	if out, err := buf(t, "lint"); err != nil {
		t.Errorf("buf lint: %v\n%s", err, out)
	}
}

func TestNothingBreaksCallers(t *testing.T) {
	t.Parallel()
	if out, err := buf(t, "breaking", "--against", "proto/contract.binpb"); err != nil {
		t.Errorf("buf breaking: %v\n%s", err, out)
	}
}

func TestRenamedFieldBreaksCallers(t *testing.T) {
	t.Parallel()
	copied := t.TempDir()
	copyContract(t, copied)
	path := filepath.Join(copied, "proto/wasmp2pchat/matchmaking/v1/matchmaking.proto")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	renamed := bytes.Replace(text, []byte("string room_token = 2;"), []byte("string room_key = 2;"), 1)
	if bytes.Equal(renamed, text) {
		t.Fatal("found no field to rename")
	}
	if err := os.WriteFile(path, renamed, 0o600); err != nil {
		t.Fatal(err)
	}
	image, err := filepath.Abs(filepath.Join(root, "proto/contract.binpb"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := buf(t, "breaking", copied, "--against", image)
	if err == nil {
		t.Fatal("buf breaking accepts a renamed field")
	}
	if !strings.Contains(out, `from "room_token" to "room_key"`) {
		t.Errorf("buf breaking does not name the renamed field:\n%s", out)
	}
}

func copyContract(t *testing.T, to string) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(to, "proto"), os.DirFS(filepath.Join(root, "proto"))); err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(root, "buf.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, "buf.yaml"), config, 0o600); err != nil {
		t.Fatal(err)
	}
}

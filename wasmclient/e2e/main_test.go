//go:build !js

package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const module = "github.com/wasmp2pchat/wasmp2pchat"

// binary is the program under test, built from the sources as they are now.
var binary string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	// Tests that run side by side wait for most of their time.
	flag.Parse()
	if err := flag.Set("test.parallel", "4"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	folder, err := os.MkdirTemp("", "wasmp2pchat-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder) //nolint:errcheck // best effort
	binary = filepath.Join(folder, "wasmp2pchat")
	for _, arguments := range [][]string{
		{"run", module + "/wasmclient/web/build"},
		{"build", "-o", binary, module + "/services/cmd/wasmp2pchat"},
	} {
		command := exec.CommandContext(context.Background(), "go", arguments...)
		command.Stdout, command.Stderr = os.Stderr, os.Stderr
		if err := command.Run(); err != nil {
			fmt.Fprintf(os.Stderr, "go %v: %v\n", arguments, err)
			return 1
		}
	}
	defer stopEnglishBrowser()
	return m.Run()
}

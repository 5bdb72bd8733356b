// Command build compiles the browser client and puts it, compressed, into
// wasmclient/web/dist, from where package web embeds it:
//
//	go run ./wasmclient/web/build              for development
//	go run ./wasmclient/web/build -release     as small as it gets, within its budget
//	go run ./wasmclient/web/build -accept      and accepts the sizes of its packages
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

const clientPackage = "github.com/wasmp2pchat/wasmp2pchat/wasmclient"

func main() {
	release := flag.Bool("release", false, "compress as well as possible, and say which packages grew; fail above the budget")
	accept := flag.Bool("accept", false, "as -release, and accept the sizes of the packages")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *release || *accept, *accept); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, release, accept bool) error {
	web, err := goOutput(ctx, nil, "list", "-f", "{{.Dir}}", clientPackage+"/web")
	if err != nil {
		return fmt.Errorf("find package web: %w", err)
	}
	goroot, err := goOutput(ctx, nil, "env", "GOROOT")
	if err != nil {
		return fmt.Errorf("find GOROOT: %w", err)
	}
	dist := filepath.Join(web, "dist")

	loader, err := os.ReadFile(filepath.Join(goroot, "lib", "wasm", "wasm_exec.js")) //nolint:gosec // the toolchain's own file
	if err != nil {
		return fmt.Errorf("read the loader of this Go: %w", err)
	}
	if err := replace(filepath.Join(dist, "wasm_exec.js"), loader); err != nil {
		return fmt.Errorf("write wasm_exec.js: %w", err)
	}
	licenses, err := notices(ctx, goroot, web)
	if err != nil {
		return err
	}
	if err := replace(filepath.Join(dist, "notices.txt"), licenses); err != nil {
		return fmt.Errorf("write notices.txt: %w", err)
	}
	client, err := compile(ctx, "-s -w")
	if err != nil {
		return fmt.Errorf("compile the client: %w", err)
	}
	if err := publish(dist, client, release); err != nil {
		return err
	}
	if err := report(out, dist); err != nil || !release {
		return err
	}
	return keepBudget(ctx, out, web, accept)
}

// compile returns the client as the flags of the linker say. The same sources give
// the same bytes, in whatever folder and at whatever commit. Functions stay inlined:
// without, the client is a twelfth smaller, but short texts take a fifth more time.
func compile(ctx context.Context, linkerFlags string) ([]byte, error) {
	folder, err := os.MkdirTemp("", "wasmp2pchat-build-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // best effort
	path := filepath.Join(folder, "client.wasm")
	arguments := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=" + linkerFlags, "-o", path, clientPackage}
	command := exec.CommandContext(ctx, "go", arguments...) //nolint:gosec // arguments of our own
	command.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(path) //nolint:gosec // just written there
}

// goOutput runs the go command with more in its environment and returns what it prints.
func goOutput(ctx context.Context, environment []string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", arguments...) //nolint:gosec // arguments of our own
	command.Env = append(os.Environ(), environment...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	return strings.TrimSpace(string(out)), err
}

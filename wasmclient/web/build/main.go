// Command build compiles the browser client and puts it, compressed, into
// wasmclient/web/dist, from where package web embeds it:
//
//	go run ./wasmclient/web/build [-release]
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
	release := flag.Bool("release", false, "compress as well as possible, which takes a minute")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *release); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, release bool) error {
	web, err := goOutput(ctx, "list", "-f", "{{.Dir}}", clientPackage+"/web")
	if err != nil {
		return fmt.Errorf("find package web: %w", err)
	}
	goroot, err := goOutput(ctx, "env", "GOROOT")
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
	licenses, err := notices(ctx, goroot)
	if err != nil {
		return err
	}
	if err := replace(filepath.Join(dist, "notices.txt"), licenses); err != nil {
		return fmt.Errorf("write notices.txt: %w", err)
	}
	client, err := compile(ctx)
	if err != nil {
		return fmt.Errorf("compile the client: %w", err)
	}
	if err := publish(dist, client, release); err != nil {
		return err
	}
	return report(out, dist)
}

// compile returns the stripped client. The same sources give the same bytes,
// in whatever folder and at whatever commit.
func compile(ctx context.Context) ([]byte, error) {
	folder, err := os.MkdirTemp("", "wasmp2pchat-build-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // best effort
	path := filepath.Join(folder, "client.wasm")
	arguments := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", path, clientPackage}
	command := exec.CommandContext(ctx, "go", arguments...) //nolint:gosec // arguments of our own
	command.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(path) //nolint:gosec // just written there
}

// goOutput runs the go command and returns what it prints.
func goOutput(ctx context.Context, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", arguments...) //nolint:gosec // arguments of our own
	command.Stderr = os.Stderr
	out, err := command.Output()
	return strings.TrimSpace(string(out)), err
}

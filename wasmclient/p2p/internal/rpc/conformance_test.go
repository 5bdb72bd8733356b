//go:build !js

package rpc

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestConformance runs the Connect conformance suite against this package, natively
// and in Node. Left out, in suite.yaml: compression of messages in streams, which a
// page cannot ask for as CORS does not list the header; JSON, GET and streams of
// requests, which no call here uses; TLS and HTTP/2, which are the browser's.
func TestConformance(t *testing.T) {
	t.Parallel()
	goroot, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	node := filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", "go_js_wasm_exec")
	for name, platform := range map[string]struct {
		environment []string
		through     []string
	}{
		"native": {nil, nil},
		"Node":   {[]string{"GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0"}, []string{"env", "-i", "PATH=" + os.Getenv("PATH"), node}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := filepath.Join(t.TempDir(), "conformance")
			build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./conformance")
			build.Env = append(os.Environ(), platform.environment...)
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("build: %v\n%s", err, out)
			}
			suite, err := filepath.Abs("conformance/suite.yaml")
			if err != nil {
				t.Fatal(err)
			}
			arguments := append([]string{".ci/conformance", "run", "--conf", suite, "--mode", "client", "--"}, append(platform.through, program)...)
			run := exec.CommandContext(t.Context(), "sh", arguments...)
			run.Dir = "../../../.."
			out, err := run.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Logf("%s", out)
		})
	}
}

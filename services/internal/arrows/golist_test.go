package arrows

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	root   = "../../.."
	module = "github.com/wasmp2pchat/wasmp2pchat/"
)

// listed is the output of `go list -json` for a package.
type listed struct {
	ImportPath     string
	Dir            string
	Imports        []string
	GoFiles        []string
	CgoFiles       []string
	IgnoredGoFiles []string
	TestGoFiles    []string
}

// list runs go list for a platform such as "js/wasm" over the module's
// packages, test files left out.
func list(t *testing.T, platform string, arguments ...string) []listed {
	t.Helper()
	system, processor, _ := strings.Cut(platform, "/")
	command := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json"}, arguments...)...)
	command.Dir = root
	command.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+processor)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var next listed
		err := decoder.Decode(&next)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatalf("decode go list: %v", err)
		}
		packages = append(packages, next)
	}
}

// imports returns the import graph of the module and all it links.
func imports(t *testing.T, platform string) map[string][]string {
	t.Helper()
	graph := make(map[string][]string)
	for _, listed := range list(t, platform, "-deps", "./...") {
		imported := make([]string, 0, len(listed.Imports))
		for _, path := range listed.Imports {
			imported = append(imported, strings.TrimPrefix(path, module))
		}
		graph[strings.TrimPrefix(listed.ImportPath, module)] = imported
	}
	return graph
}

// TestEachPackageHasOneComment checks the files of all platforms together.
func TestEachPackageHasOneComment(t *testing.T) {
	t.Parallel()
	for _, listed := range list(t, "linux/amd64", "-e", "./services/...", "./wasmclient/...") {
		files := slices.Concat(listed.GoFiles, listed.CgoFiles, listed.IgnoredGoFiles)
		files = slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
		if len(files) == 0 {
			files = listed.TestGoFiles
		}
		var documented []string
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(listed.Dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if file.Doc != nil {
				documented = append(documented, name)
			}
		}
		if len(documented) != 1 {
			t.Errorf("%s has a package comment in %q, want one file", listed.ImportPath, documented)
		}
	}
}

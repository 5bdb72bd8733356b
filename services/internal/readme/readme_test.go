// Package readme tests that both READMEs have the same code blocks and that every
// command and program in them works, in a fresh clone of the repository.
package readme

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../../.."

// read returns a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks returns the text of a README's code blocks in a language, in order.
func blocks(readme, language string) []string {
	var found []string
	for _, match := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(readme, -1) {
		found = append(found, match[1])
	}
	return found
}

func TestReadmesShareTheirCode(t *testing.T) {
	t.Parallel()
	english, japanese := read(t, "README.md"), read(t, "README.ja.md")
	for _, language := range []string{"sh", "go", "ts"} {
		want, got := blocks(english, language), blocks(japanese, language)
		if len(want) == 0 {
			t.Errorf("README.md has no %s block", language)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the %s blocks of README.ja.md are %q, want those of README.md: %q", language, got, want)
		}
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"README.md", "README.ja.md", "CONTRIBUTING.md", "BENCHMARKS.md", "docs/many-nodes.md", "docs/protocol.md", "docs/nat.md", "docs/how-it-works.md", "wasmclient/examples/README.md"} {
		for _, link := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(read(t, name), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(path.Dir(name)), filepath.FromSlash(link[1]))); err != nil {
				t.Errorf("%s links to %s: %v", name, link[1], err)
			}
		}
	}
}

func TestGoBlockIsTheTestedExample(t *testing.T) {
	t.Parallel()
	const name = "wasmclient/p2p/example_test.go"
	source := read(t, name)
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var example string
	for _, declared := range file.Decls {
		if function, ok := declared.(*ast.FuncDecl); ok && function.Name.Name == "chat" {
			from, to := files.Position(function.Doc.Pos()).Offset, files.Position(function.End()).Offset
			example = source[from:to] + "\n"
		}
	}
	if got := blocks(read(t, "README.md"), "go"); !slices.Equal(got, []string{example}) {
		t.Errorf("the Go blocks of README.md are %q, want function chat of %s: %q", got, name, example)
	}
}

func TestProgramsAreShort(t *testing.T) {
	t.Parallel()
	for language, limit := range map[string]int{"go": 15 + 3, "ts": 15 + 1} { // a comment, and the first and last line of a function, come on top
		for _, block := range blocks(read(t, "README.md"), language) {
			if lines := strings.Count(block, "\n"); lines > limit {
				t.Errorf("the %s block has %d lines, want at most %d", language, lines, limit)
			}
		}
	}
}

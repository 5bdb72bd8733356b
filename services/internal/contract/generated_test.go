package contract

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestGeneratedCodeIsCurrent(t *testing.T) {
	t.Parallel()
	fresh := t.TempDir()
	if out, err := buf(t, "generate", "--output", fresh); err != nil {
		t.Fatalf("buf generate: %v\n%s", err, out)
	}
	conformance := exec.CommandContext(t.Context(), "sh", ".ci/conformance", "generate", "--output", fresh)
	conformance.Dir = root
	if out, err := conformance.CombinedOutput(); err != nil {
		t.Fatalf("generate the messages of the conformance suite: %v\n%s", err, out)
	}
	for _, folder := range []string{"gen/go", "gen/golite", "gen/conformance", "gen/es/src"} {
		want, got := readTree(t, filepath.Join(fresh, folder)), readTree(t, filepath.Join(root, folder))
		if len(want) == 0 {
			t.Errorf("buf generate wrote nothing to %s", folder)
		}
		for name := range want {
			if !bytes.Equal(got[name], want[name]) {
				t.Errorf("%s/%s is not what proto/ generates: run make generate", folder, name)
			}
		}
		for name := range got {
			if _, ok := want[name]; !ok {
				t.Errorf("%s/%s is generated from nothing: run make generate", folder, name)
			}
		}
	}
}

// TestPackage checks what an npm package needs beside its code.
func TestPackage(t *testing.T) {
	t.Parallel()
	license, err := os.ReadFile(filepath.Join(root, "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	files := readTree(t, filepath.Join(root, "gen/es"))
	if !bytes.Equal(files["LICENSE"], license) {
		t.Error("gen/es/LICENSE is not the LICENSE of the repository")
	}
	for _, name := range []string{"matchmaking", "signaling", "chat"} {
		if !bytes.Contains(files["package.json"], []byte(`"./`+name+`"`)) {
			t.Errorf("the package does not export %s", name)
		}
	}
	if !bytes.Contains(files["README.md"], []byte("@wasmp2pchat/contract/matchmaking")) {
		t.Error("gen/es/README.md does not say how the package is imported")
	}
}

// readTree returns the files below folder by their paths in it.
func readTree(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	tree := os.DirFS(folder)
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[path], err = fs.ReadFile(tree, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

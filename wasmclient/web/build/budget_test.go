package main

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMeasure measures the client itself.
func TestMeasure(t *testing.T) {
	t.Parallel()
	now, err := measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"runtime", "internal/strconv", "main", "github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p", "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"} {
		if now[path] < 1000 {
			t.Errorf("%s has %d bytes", path, now[path])
		}
	}
	total := 0
	for size := range maps.Values(now) {
		total += size
	}
	if now["other"] > total/20 {
		t.Errorf("%d of %d bytes belong to no package", now["other"], total)
	}
	var text bytes.Buffer
	if err := now.write(&text); err != nil {
		t.Fatal(err)
	}
	if again, err := parseSizes(&text); err != nil || !maps.Equal(again, now) {
		t.Errorf("read back: %v, %v", again, err)
	}
}

// TestDamagedModules cuts a small module anywhere, and gives it wrong lengths.
func TestDamagedModules(t *testing.T) {
	t.Parallel()
	module := slices.Concat([]byte("\x00asm\x01\x00\x00\x00"),
		[]byte{importSection, 7, 1, 1, 'a', 1, 'b', functionImports, 0},
		[]byte{codeSection, 9, 2, 2, 0, 0x0b, 4, 0, 1, 1, 0x0b},
		append([]byte{customSection, 22, 4}, "name\x01\x0f\x02\x01\x05a_b.c\x02\x05main."...))
	want := sizes{"a/b": 2, "main": 4}
	if got, err := packageSizes(module, []string{"a/b", "main"}); err != nil || !maps.Equal(got, want) {
		t.Fatalf("got %v, %v, want %v", got, err, want)
	}
	for length := range module {
		if _, err := packageSizes(module[:length], nil); !errors.Is(err, errModule) {
			t.Errorf("cut to %d bytes: %v", length, err)
		}
	}
	for at := headerLength; at < len(module); at++ {
		damaged := bytes.Clone(module)
		damaged[at] = 0xff
		_, _ = packageSizes(damaged, nil) // must return
	}
}

func TestGrown(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	now := sizes{"new": 50, "larger": 5000, "hardly": 20050, "smaller": 5, "same": 7, "largest": 9000}
	if err := now.grown(sizes{"larger": 4000, "hardly": 20000, "smaller": 10, "same": 7, "largest": 1000, "gone": 3}, &out); err != nil {
		t.Fatal(err)
	}
	const want = `  grew by   8000 to    9000 bytes of code: largest
  grew by   1000 to    5000 bytes of code: larger
  grew by     50 to      50 bytes of code: new
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

// TestPageSize counts what a page loads by itself, each file once, and the packed copy where there is one.
func TestPageSize(t *testing.T) {
	t.Parallel()
	web := t.TempDir()
	noise := make([]byte, 2000)
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
	for name, content := range map[string][]byte{
		"index.html": []byte(`<link rel="manifest" href="{{versioned "later.css"}}"><link href="{{versioned "a.css"}}"><img src="{{versioned "a.css"}}"><script src="{{versioned "c.wasm"}}"></script><p data-later="{{versioned "later.css"}}">`),
		"a.css":      noise, "later.css": noise, "c.wasm": noise, "c.wasm.br": noise[:500],
	} {
		if err := os.WriteFile(filepath.Join(web, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if size, err := pageSize(web); err != nil || size < 2500 || size > 2750 {
		t.Errorf("got %d, %v, want 2500 and what index.html has", size, err)
	}
	if err := os.Remove(filepath.Join(web, "a.css")); err != nil {
		t.Fatal(err)
	}
	if _, err := pageSize(web); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
}

func TestCheckBudget(t *testing.T) {
	t.Parallel()
	if err := checkBudget(budget); err != nil {
		t.Errorf("all of the budget: %v", err)
	}
	if err := checkBudget(budget + 1); !errors.Is(err, errBudget) {
		t.Errorf("a byte more: %v", err)
	}
}

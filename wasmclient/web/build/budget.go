package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
)

// budget is how large the page may be for those who come to chat, in bytes of brotli 11: all
// files that it loads by itself.
const budget = 1_000_000

// sizesFile has the sizes of the packages when they were last accepted.
const sizesFile = "build/sizes.txt"

// keepBudget writes which packages of the client grew since their sizes were accepted,
// or accepts them, and fails if the page is above the budget.
func keepBudget(ctx context.Context, out io.Writer, web string, accept bool) error {
	now, err := measure(ctx)
	if err != nil {
		return fmt.Errorf("measure the packages of the client: %w", err)
	}
	path := filepath.Join(web, sizesFile)
	if accept {
		var text bytes.Buffer
		if err := now.write(&text); err != nil {
			return err
		}
		if err := replace(path, text.Bytes()); err != nil {
			return fmt.Errorf("write %s: %w", sizesFile, err)
		}
	}
	file, err := os.Open(path) //nolint:gosec // of this package
	if err != nil {
		return fmt.Errorf("read %s: %w", sizesFile, err)
	}
	defer file.Close() //nolint:errcheck // only read
	was, err := parseSizes(file)
	if err != nil {
		return fmt.Errorf("read %s: %w", sizesFile, err)
	}
	if err := now.grown(was, out); err != nil {
		return err
	}
	size, err := pageSize(web)
	if err != nil {
		return fmt.Errorf("measure the page: %w", err)
	}
	if _, err := fmt.Fprintf(out, "%-16s %6.2f MB\n", "the whole page", float64(size)/1e6); err != nil {
		return err
	}
	return checkBudget(size)
}

// named finds the files that index.html loads by itself. Those that a script loads later
// are named by other attributes.
var named = regexp.MustCompile(`(?:src|href)="{{versioned "([^"]+)"}}"`)

// installing are what browsers load for people who put the page among their programs.
var installing = regexp.MustCompile(`<link rel="(?:apple-touch-icon|manifest)"[^>]*>`)

// pageSize returns how many bytes of brotli 11 index.html and the files that it loads have.
func pageSize(web string) (int64, error) {
	index, err := os.ReadFile(filepath.Join(web, "index.html")) //nolint:gosec // of this package
	if err != nil {
		return 0, err
	}
	files := []string{"index.html"}
	for _, match := range named.FindAllStringSubmatch(installing.ReplaceAllString(string(index), ""), -1) {
		files = append(files, match[1])
	}
	slices.Sort(files)
	var total int64
	for _, name := range slices.Compact(files) {
		path := filepath.Join(web, filepath.FromSlash(name))
		if packed, err := os.Stat(path + ".br"); err == nil { //nolint:gosec // a file of the page
			total += packed.Size()
			continue
		}
		content, err := os.ReadFile(path) //nolint:gosec // named by the page
		if err != nil {
			return 0, err
		}
		packed, err := compress(content, func(w io.Writer) (io.WriteCloser, error) { return brotli.NewWriterLevel(w, brotliRelease), nil })
		if err != nil {
			return 0, err
		}
		total += int64(len(packed))
	}
	return total, nil
}

var errBudget = errors.New("the page is too large")

func checkBudget(size int64) error {
	if size > budget {
		return fmt.Errorf("%w: %d bytes of brotli, of %d; see above which packages grew", errBudget, size, budget)
	}
	return nil
}

// measure links the client with the names of its functions, which the one that is
// served does not have.
func measure(ctx context.Context) (sizes, error) {
	module, err := compile(ctx, "")
	if err != nil {
		return nil, err
	}
	list, err := goOutput(ctx, []string{"GOOS=js", "GOARCH=wasm"}, "list", "-deps", clientPackage)
	if err != nil {
		return nil, err
	}
	return packageSizes(module, append(strings.Fields(list), "main"))
}

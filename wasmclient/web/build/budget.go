package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// budget is how large the client may be for those who load it, in bytes of brotli 11.
const budget = 1_000_000

// sizesFile has the sizes of the packages when they were last accepted.
const sizesFile = "build/sizes.txt"

// keepBudget writes which packages of the client grew since their sizes were accepted,
// or accepts them, and fails if the client in dist is above the budget.
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
	info, err := os.Stat(filepath.Join(web, "dist", "client.wasm.br"))
	if err != nil {
		return err
	}
	return checkBudget(info.Size())
}

var errBudget = errors.New("the client is too large")

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

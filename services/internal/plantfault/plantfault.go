// Package plantfault tests tests: it puts faults into the code under test, one at
// a time, and expects the test to fail for each.
package plantfault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

const (
	// longest is how long a test may take to catch a fault.
	longest = 120 * time.Second
	// atOnce is how many faults are tried at the same time. Many of them are
	// noticed by a test that waits for what does not come.
	atOnce = 4
	// share is how many faults there are for each that -short tries: each takes
	// seconds, as a program with it is built and run.
	share = 5
)

// A Fault is a change of source code that a test must catch.
type Fault struct {
	// Name says what is wrong with the changed code.
	Name string
	// File is the file's path, from the directory of the calling test.
	File string
	// Old is replaced by New and must occur in File exactly once.
	Old, New string
}

// Run fails for each fault with which the tests of pkg that match the regular
// expression test still pass, do not compile or hang. pkg is an import path,
// or a path from the directory of the calling test that begins with a dot. No
// file is changed. Run does not check that the tests pass without a fault.
//
// With -short, Run tries a fifth of the faults, others each time, and one at least.
// Of the rest it only checks that their text occurs in the file.
func Run(t *testing.T, pkg, test string, faults []Fault) {
	t.Helper()
	running := make(chan struct{}, atOnce)
	tried := choose(len(faults), testing.Short())
	for i, fault := range faults {
		if !tried(i) {
			if _, _, err := fault.apply(); err != nil {
				t.Errorf("plant %q: %v", fault.Name, err)
			}
			continue
		}
		t.Run(fault.Name, func(t *testing.T) {
			t.Parallel()
			running <- struct{}{}
			defer func() { <-running }()
			overlay, err := fault.plant(t.TempDir())
			if err != nil {
				t.Fatalf("plant: %v", err)
			}
			caught, err := catch(t.Context(), pkg, test, overlay, longest)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("caught by %s", caught)
		})
	}
}

// choose returns which of so many faults are tried, by their index: all, or if short
// every fifth, counted from a random one of the first five.
func choose(faults int, short bool) (tried func(i int) bool) {
	if !short || faults == 0 {
		return func(int) bool { return true }
	}
	first := rand.IntN(min(share, faults)) //nolint:gosec // any will do
	return func(i int) bool { return i%share == first }
}

// apply returns the absolute path of the file, and what is in it with the fault.
func (f Fault) apply() (original string, faulty []byte, err error) {
	original, err = filepath.Abs(f.File)
	if err != nil {
		return "", nil, err
	}
	source, err := os.ReadFile(original) //nolint:gosec // the path is in the calling test
	if err != nil {
		return "", nil, err
	}
	if n := bytes.Count(source, []byte(f.Old)); n != 1 {
		return "", nil, fmt.Errorf("%s has the text %d times, want once: %q", f.File, n, f.Old)
	}
	return original, bytes.Replace(source, []byte(f.Old), []byte(f.New), 1), nil
}

// plant writes the file with the fault, and the overlay that makes the go
// command read it, to a folder. It returns the overlay's path.
func (f Fault) plant(folder string) (string, error) {
	original, source, err := f.apply()
	if err != nil {
		return "", err
	}
	faulty := filepath.Join(folder, "faulty.go")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {original: faulty}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "overlay.json")
	return path, errors.Join(
		os.WriteFile(faulty, source, 0o600),
		os.WriteFile(path, overlay, 0o600),
	)
}

var failure = regexp.MustCompile(`--- FAIL: (\S+)`)

// catch runs the tests and names the innermost one that failed.
func catch(ctx context.Context, pkg, test, overlay string, longest time.Duration) (string, error) {
	command := exec.CommandContext(ctx, "go", "test", //nolint:gosec // the arguments are in the calling test
		"-overlay="+overlay, "-run="+test, "-count=1", "-failfast", "-vet=off", "-timeout="+longest.String(), pkg)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := command.CombinedOutput()
	failures := failure.FindAllSubmatch(output, -1)
	switch {
	case err == nil:
		return "", fmt.Errorf("the fault is not noticed:\n%s", output)
	case bytes.Contains(output, []byte("panic: test timed out")):
		return "", fmt.Errorf("hangs:\n%s", output)
	case len(failures) == 0:
		return "", fmt.Errorf("does not compile or run: %w\n%s", err, output)
	}
	return string(failures[len(failures)-1][1]), nil
}

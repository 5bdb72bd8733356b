package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
)

// benchmarked is a line that a benchmark printed.
type benchmarked struct {
	Name   string
	Values map[string]float64 // by unit
}

// measureEngines runs the benchmarks of the engines in memory.
func measureEngines(ctx context.Context, s *stage, r *results) error {
	progress := load.NewProgress(s.progress, "benchmarks of the engines", 1)
	defer progress.Stop()
	command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", enginesMatching, "-benchtime", s.flags.BenchTime, "-p", "1", //nolint:gosec // a flag of ours
		"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem",
		"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		return fmt.Errorf("go test: %w: %s%s", err, output, &stderr)
	}
	r.Engines, err = parseBenchmarks(string(output))
	return err
}

// enginesMatching names the benchmarks, for -bench of go test.
var enginesMatching = "Arrival|Append|Room"

var benchmarkName = regexp.MustCompile(`^Benchmark(\S+?)(-\d+)?$`)

// parseBenchmarks reads what go test prints: lines of a name, a count, and pairs
// of a value and its unit (https://go.dev/design/14313-benchmark-format).
func parseBenchmarks(output string) ([]benchmarked, error) {
	var all []benchmarked
	for line := range strings.Lines(output) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !benchmarkName.MatchString(fields[0]) {
			continue
		}
		one := benchmarked{benchmarkName.FindStringSubmatch(fields[0])[1], map[string]float64{}}
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, fmt.Errorf("parse %q: %w", line, err)
			}
			one.Values[fields[i+1]] = value
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("go test printed no benchmark: %s", output)
	}
	return all, nil
}

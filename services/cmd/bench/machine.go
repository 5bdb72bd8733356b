package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// machine is where the figures were measured.
type machine struct {
	Processor string
	Cores     int
	MemoryGiB float64
	Kernel    string
	Programs  []string // with their versions
}

// describeMachine reads /proc; what it cannot tell is "unknown".
func describeMachine(ctx context.Context) machine {
	m := machine{Processor: "unknown", Cores: runtime.NumCPU(), Kernel: "unknown", Programs: []string{runtime.Version()}}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		m.Processor = fact(string(text), "model name")
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		kilobytes, _ := strconv.ParseFloat(strings.TrimSuffix(fact(string(text), "MemTotal"), " kB"), 64)
		m.MemoryGiB = kilobytes / (1 << 20)
	}
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = "Linux " + strings.TrimSpace(string(text))
	}
	for _, program := range []string{"node", "chromium"} {
		if text, err := exec.CommandContext(ctx, program, "--version").Output(); err == nil { //nolint:gosec // one of these
			m.Programs = append(m.Programs, strings.TrimSpace(program+" "+version(string(text))))
		}
	}
	return m
}

// fact returns the value of the first line "name : value".
func fact(text, name string) string {
	for line := range strings.Lines(text) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// version returns the first word that begins like a version.
func version(text string) string {
	for _, word := range strings.Fields(text) {
		if digits := strings.TrimPrefix(word, "v"); digits != "" && digits[0] >= '0' && digits[0] <= '9' {
			return word
		}
	}
	return fmt.Sprintf("%.40q", text)
}

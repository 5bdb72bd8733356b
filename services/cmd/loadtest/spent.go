package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"syscall"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
)

// spent is the cost so far: microseconds of CPU, and numbers of commands and
// scripts.
type spent struct {
	client, nodes, store float64 // CPU
	commands, scripts    float64 // that the store has run
	scriptTime           float64
}

func (s *stage) spent(ctx context.Context, nodes []process.Process) (spent, error) {
	var sum spent
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return sum, fmt.Errorf("read our own CPU time: %w", err)
	}
	sum.client = float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1000
	for _, n := range nodes {
		used, err := n.CPUTime()
		if err != nil {
			return sum, fmt.Errorf("read the CPU time of a node: %w", err)
		}
		sum.nodes += used
	}
	facts, err := s.store.Do(ctx, s.store.B().Info().Section("cpu", "commandstats").Build()).ToString()
	if err != nil {
		return sum, fmt.Errorf("ask the store what it spent: %w", err)
	}
	for line := range strings.Lines(facts) {
		sum.note(strings.TrimSpace(line))
	}
	return sum, nil
}

// note reads a line such as used_cpu_user:1.5, or
// cmdstat_evalsha:calls=10,usec=200,usec_per_call=20.00.
func (s *spent) note(line string) {
	name, value, _ := strings.Cut(line, ":")
	switch {
	case name == "used_cpu_user", name == "used_cpu_sys":
		seconds, _ := strconv.ParseFloat(value, 64)
		s.store += seconds * 1e6
	case name == "cmdstat_evalsha", name == "cmdstat_eval":
		s.scripts += field(value, "calls=")
		s.scriptTime += field(value, "usec=")
	case strings.HasPrefix(name, "cmdstat_"):
		s.commands += field(value, "calls=")
	}
}

func field(text, name string) float64 {
	_, rest, _ := strings.Cut(text, name)
	number, _, _ := strings.Cut(rest, ",")
	value, _ := strconv.ParseFloat(number, 64)
	return value
}

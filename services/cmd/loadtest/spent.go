package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// spent is what the store spent: microseconds of CPU, numbers of commands and
// scripts, and microseconds in scripts.
type spent struct {
	CPU        float64 `json:"cpu_us"`
	Commands   float64 `json:"commands"`
	Scripts    float64 `json:"scripts"`
	ScriptTime float64 `json:"script_us"`
}

// spent returns the cost so far.
func (s *store) spent(ctx context.Context) (spent, error) {
	if s == nil {
		return spent{}, nil
	}
	facts, err := s.client.Do(ctx, s.client.B().Info().Section("cpu", "commandstats").Build()).ToString()
	if err != nil {
		return spent{}, fmt.Errorf("ask the store what it spent: %w", err)
	}
	return parseSpent(facts), nil
}

// parseSpent reads what INFO prints: lines such as used_cpu_user:1.5, or
// cmdstat_evalsha:calls=10,usec=200,usec_per_call=20.00.
func parseSpent(facts string) spent {
	var sum spent
	for line := range strings.Lines(facts) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch {
		case name == "used_cpu_user", name == "used_cpu_sys":
			seconds, _ := strconv.ParseFloat(value, 64)
			sum.CPU += seconds * 1e6
		case name == "cmdstat_evalsha", name == "cmdstat_eval":
			sum.Scripts += field(value, "calls=")
			sum.ScriptTime += field(value, "usec=")
		case strings.HasPrefix(name, "cmdstat_"):
			sum.Commands += field(value, "calls=")
		}
	}
	return sum
}

func field(text, name string) float64 {
	_, rest, _ := strings.Cut(text, name)
	number, _, _ := strings.Cut(rest, ",")
	value, _ := strconv.ParseFloat(number, 64)
	return value
}

// since returns what was spent after before, on each of a number of jobs.
func (s spent) since(before spent, jobs float64) spent {
	return spent{
		(s.CPU - before.CPU) / jobs, (s.Commands - before.Commands) / jobs,
		(s.Scripts - before.Scripts) / jobs, (s.ScriptTime - before.ScriptTime) / jobs,
	}
}

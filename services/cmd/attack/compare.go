package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

const (
	// mostRatio is how many times as long a pair may take to meet during an
	// attack, by the median.
	mostRatio = 3
	// warmUp is how long pairs meet before anything is measured.
	warmUp = 500 * time.Millisecond
	// endWithin is how long an attacker has to end.
	endWithin = 10 * time.Second
)

const (
	header = "attack                  quiet: p50    p99 | during it: p50    p99  ratio  pairs failed | attacker: requests  refused  open | server: memory  CPU  descriptors\n" +
		"                                ms     ms |             ms     ms                      |                     %%        |             MB    %%"
	row = "%-22s %11s %6s | %14s %6s %6s %6d %6d | %18d %8.0f %5d | %14s %4s %12s\n"
)

// compare runs attacks one after the other and prints what honest people
// notice. The error says which attacks they notice too much.
func compare(ctx context.Context, flags flags, chosen []attack) error {
	folder, err := os.MkdirTemp("", "attack")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // best effort
	program, keys := filepath.Join(folder, "wasmp2pchat"), filepath.Join(folder, "keys")
	if err := os.WriteFile(keys, token.NewKeyFile(), 0o600); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	if flags.URL == "" {
		if err := process.Build(ctx, program, process.Server); err != nil {
			return err
		}
	}
	fmt.Printf(header + "\n")
	var failed []error
	for _, attack := range chosen {
		target, end, err := newTarget(ctx, flags.URL, program, keys)
		if err != nil {
			return fmt.Errorf("%s: %w", attack.name, err)
		}
		measured, err := measure(ctx, flags, attack.name, target)
		end()
		if err != nil {
			return fmt.Errorf("%s: %w", attack.name, err)
		}
		measured.print(attack.name)
		if err := measured.verdict(); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", attack.name, err))
		}
	}
	return errors.Join(failed...)
}

// target is the server that is attacked.
type target struct {
	url     string
	process *process.Process // nil: it was running before, and only its answers are measured
}

// newTarget starts a server with the limits it has by default, so that no
// attack is measured with what another one left behind.
func newTarget(ctx context.Context, url, program, keys string) (_ target, end func(), err error) {
	if url != "" {
		return target{url: url}, func() {}, nil
	}
	started, err := process.Start(ctx, program, "--log-level", "error", "--token-key-file", keys)
	if err != nil {
		return target{}, nil, err
	}
	return target{started.URL, &started}, started.Kill, nil
}

// measured is a row of the table.
type measured struct {
	quiet, during            felt
	gains                    gains
	memory, cpu, descriptors string // of the server; "-": unknown
}

func measure(ctx context.Context, flags flags, name string, target target) (measured, error) {
	m := measured{memory: "-", cpu: "-", descriptors: "-"}
	meetFor(ctx, target.url, warmUp)
	m.quiet = meetFor(ctx, target.url, flags.For)
	stop, err := startAttacker(ctx, flags, name, target.url)
	if err != nil {
		return m, err
	}
	costs := target.costs()
	m.during = meetFor(ctx, target.url, flags.For)
	costErr := costs(&m)
	m.gains, err = stop()
	return m, errors.Join(ctx.Err(), costErr, err)
}

// costs begins to measure what the target spends. The returned function ends
// that.
func (t target) costs() func(*measured) error {
	if t.process == nil {
		return func(*measured) error { return nil }
	}
	before, err := t.process.CPUTime()
	began := time.Now()
	return func(m *measured) error {
		after, err2 := t.process.CPUTime()
		_, most, err3 := t.process.Memory()
		open, err4 := t.process.Descriptors()
		m.memory = fmt.Sprintf("%.0f", most/(1<<20))
		m.cpu = fmt.Sprintf("%.0f", (after-before)/float64(time.Since(began).Microseconds())*100)
		m.descriptors = strconv.Itoa(open)
		return errors.Join(err, err2, err3, err4)
	}
}

// startAttacker starts this program again as the attacker, so that it can have
// another priority. stop ends it and returns what it got.
func startAttacker(ctx context.Context, flags flags, name, url string) (stop func() (gains, error), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	command := exec.CommandContext(ctx, self, "--attacker", name, "--url", url, "--rate", strconv.Itoa(flags.Rate)) //nolint:gosec // ourselves
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	if err := command.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("start the attacker: %w", err)
	}
	return func() (got gains, err error) {
		defer cancel()
		_ = stdin.Close()
		timer := time.AfterFunc(endWithin, cancel)
		defer timer.Stop()
		err = json.NewDecoder(stdout).Decode(&got)
		if err := errors.Join(err, command.Wait()); err != nil {
			return got, fmt.Errorf("the attacker: %w", err)
		}
		return got, nil
	}, nil
}

func (m measured) ratio() float64 {
	return float64(m.during.quantile(0.5)) / float64(m.quiet.quantile(0.5))
}

func (m measured) print(name string) {
	fmt.Printf(row, name, milliseconds(m.quiet.quantile(0.5)), milliseconds(m.quiet.quantile(0.99)),
		milliseconds(m.during.quantile(0.5)), milliseconds(m.during.quantile(0.99)), fmt.Sprintf("%.2f", m.ratio()),
		len(m.during.took), m.during.failed,
		m.gains.Requests, 100*float64(m.gains.Refused)/max(1, float64(m.gains.Requests)), m.gains.Open,
		m.memory, m.cpu, m.descriptors)
}

// verdict returns what honest people have to complain about.
func (m measured) verdict() error {
	switch {
	case m.quiet.failed > 0:
		return fmt.Errorf("%d honest pairs failed before it: %w", m.quiet.failed, m.quiet.first)
	case len(m.quiet.took) == 0 || len(m.during.took)+m.during.failed == 0:
		return errors.New("no pair has met: --for is too short")
	case m.during.failed > 0:
		return fmt.Errorf("%d of %d honest pairs failed during it, the first: %w", m.during.failed, m.during.failed+len(m.during.took), m.during.first)
	case m.ratio() > mostRatio:
		return fmt.Errorf("honest pairs take %.1f times as long during it, want %d times at most", m.ratio(), mostRatio)
	}
	return nil
}

func milliseconds(took time.Duration) string {
	return fmt.Sprintf("%.1f", float64(took.Microseconds())/1000)
}

// Command bench compares this repository with others on this machine and writes
// BENCHMARKS.md. It needs Linux, Node with npm, Chromium, Firefox, and the page
// as make release builds it; make bench sees to the last.
//
// Servers and clients share the cores, so all figures are ratios of CPU times,
// or times on an idle machine: nothing else may run meanwhile.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

type flags struct {
	Output string   `default:"BENCHMARKS.md" placeholder:"FILE" help:"File to write; - is standard output."`
	Only   []string `placeholder:"PART" help:"Parts to measure (${parts}); empty: all. The file is printed, not written."`

	Rounds int `default:"6" help:"Rounds in which each server is measured once."`
	Pairs  int `default:"600" help:"Pairings of each server in each round."`
	AtOnce int `default:"20" help:"Pairs that meet at once."`

	Delays  []time.Duration `default:"0,50ms,100ms,200ms" help:"Round trips of the path to the server, and then between the peers."`
	Samples int             `default:"7" help:"Chats that are opened with each delay."`

	Loads    int    `default:"9" help:"How often the page is loaded."`
	Before   string `placeholder:"PROGRAM" help:"Another build of the program, whose page is loaded in turn with this one's."`
	Openings int    `default:"40" help:"Chats that are opened in each browser, step by step."`

	Files    int `default:"9" help:"Files that pass in each way."`
	FileSize int `default:"67108864" help:"Their length in bytes."`

	Waiting int           `default:"10000" help:"People who wait over HTTP/1.1, and then over HTTP/2."`
	Crowd   int           `default:"100000" help:"People who wait over shared connections, 10 on each; 0: none."`
	Watch   time.Duration `default:"150s" help:"How long they wait. Heartbeats come every 10 s, and the server needs two minutes to return what it does not use."`

	BenchTime string `default:"20000x" help:"Operations of each benchmark of an engine, for -benchtime of go test."`
}

// parts are what can be measured, in the order of the document.
var parts = []struct {
	name    string
	measure func(ctx context.Context, s *stage, r *results) error
}{
	{"pairing", measurePairing},
	{"deployed", measureDeployed},
	{"loading", measureLoading},
	{"opening", measureOpening},
	{"roundtrips", measureRoundTrips},
	{"files", measureFiles},
	{"waiting", measureWaiting},
	{"engines", measureEngines},
}

func partNames() []string {
	var names []string
	for _, part := range parts {
		names = append(names, part.name)
	}
	return names
}

func main() {
	var flags flags
	kong.Parse(&flags, kong.Name("bench"), kong.Vars{"parts": fmt.Sprint(partNames())},
		kong.Description("Compares this repository with others on this machine, and writes BENCHMARKS.md."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, flags, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, flags flags, out, progress io.Writer) error {
	if err := flags.check(); err != nil {
		return err
	}
	s, err := newStage(ctx, flags, progress)
	if err != nil {
		return err
	}
	defer s.close()
	began := time.Now()
	measured := &results{Machine: describeMachine(ctx), Flags: flags}
	for _, part := range parts {
		if len(flags.Only) > 0 && !slices.Contains(flags.Only, part.name) {
			continue
		}
		if err := part.measure(ctx, s, measured); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	measured.Minutes = time.Since(began).Minutes()
	if flags.Output == "-" || len(flags.Only) > 0 {
		return measured.write(out)
	}
	return measured.writeFile(flags.Output)
}

func (f flags) check() error {
	for _, name := range f.Only {
		if !slices.Contains(partNames(), name) {
			return fmt.Errorf("--only: there is no part %q, but %v", name, partNames())
		}
	}
	if f.Rounds < 1 || f.Pairs < 1 || f.AtOnce < 1 || f.Samples < 1 || f.Waiting < 1 || f.Loads < 1 || f.Openings < 1 || f.Files < 1 || f.FileSize < 1 {
		return errors.New("--rounds, --pairs, --at-once, --samples, --loads, --openings, --files, --file-size and --waiting must be positive")
	}
	if len(f.Delays) < 2 || f.Delays[0] != 0 {
		return errors.New("--delays must begin with 0 and have two or more: a slope needs them")
	}
	return nil
}

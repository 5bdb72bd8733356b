// Command loadtest measures what pairings cost on many nodes: it starts a
// Redis and nodes of the program, lets pairs of people meet through them, and
// prints what the client, the nodes and the store spent on each pairing.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/alecthomas/kong"
)

type flags struct {
	Nodes   []int         `default:"1,2,4" placeholder:"N" help:"Numbers of nodes to measure, one after the other."`
	Pairs   int           `default:"4000" help:"Pairings in each measurement."`
	AtOnce  int           `default:"64" help:"Pairs that meet at once."`
	Engine  string        `placeholder:"URL" help:"Redis to use; empty: start one. It is emptied."`
	Memory  bool          `help:"Also measure one node without a store."`
	Waiting int           `placeholder:"N" help:"Then let so many people wait, and measure that."`
	Warm    int           `default:"500" help:"Pairings before each measurement."`
	Timeout time.Duration `default:"2m" help:"For one measurement."`
}

func main() {
	var flags flags
	kong.Parse(&flags, kong.Name("loadtest"),
		kong.Description("Measures what pairings cost on one and more nodes that share a Redis, all on this machine."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, flags); err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, flags flags) error {
	stage, err := newStage(ctx, flags.Engine)
	if err != nil {
		return err
	}
	defer stage.close()
	fmt.Println(header)
	if flags.Memory {
		if err := measure(ctx, flags, stage, 0); err != nil {
			return fmt.Errorf("in memory: %w", err)
		}
	}
	for _, nodes := range flags.Nodes {
		if err := measure(ctx, flags, stage, nodes); err != nil {
			return fmt.Errorf("%d nodes: %w", nodes, err)
		}
	}
	if flags.Waiting > 0 {
		return wait(ctx, flags, stage)
	}
	return nil
}

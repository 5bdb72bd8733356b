package main

import (
	"context"
	"fmt"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
)

type pairCommand struct {
	Pairs  int    `default:"4000" help:"Pairings in each measurement."`
	Warm   int    `default:"500" help:"Pairings before each measurement."`
	Way    string `default:"new" enum:"new,old" help:"How the two meet: new (in one exchange) or old (step by step)."`
	Open   bool   `help:"Let the same people meet again and again, over connections that are open, as on an open page."`
	Nodes  []int  `placeholder:"N" help:"Measure so many nodes that share a Redis, one number after the other; empty: one server in memory."`
	Engine string `placeholder:"URL" help:"Redis to use with --nodes; empty: start one. It is emptied."`
}

// Run implements the command.
func (c *pairCommand) Run(ctx context.Context, s *session) error {
	if len(c.Nodes) == 0 {
		server, err := s.host.Start(ctx, s.Transport)
		if err != nil {
			return err
		}
		defer server.Kill()
		return c.measure(ctx, s, "memory", []process.Process{server}, nil)
	}
	store, err := newStore(ctx, c.Engine, s.host.Folder)
	if err != nil {
		return err
	}
	defer store.close()
	for _, count := range c.Nodes {
		if err := c.measureNodes(ctx, s, store, count); err != nil {
			return fmt.Errorf("%d nodes: %w", count, err)
		}
	}
	return nil
}

func (c *pairCommand) measureNodes(ctx context.Context, s *session, store *store, count int) error {
	if err := store.empty(ctx); err != nil {
		return err
	}
	var nodes []process.Process
	for range max(count, 1) {
		node, err := s.host.Start(ctx, s.Transport, "--engine", store.url)
		if err != nil {
			return err
		}
		defer node.Kill()
		nodes = append(nodes, node)
	}
	return c.measure(ctx, s, fmt.Sprint(count), nodes, store)
}

// measure lets pairs meet and reports what it cost. Without a store there is one
// server.
func (c *pairCommand) measure(ctx context.Context, s *session, name string, nodes []process.Process, store *store) error {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	pairs := &load.Pairs{Network: s.newNetwork(), Way: people.Ways[c.Way], Stay: c.Open}
	for _, node := range nodes {
		pairs.URLs = append(pairs.URLs, node.URL)
	}
	progress := load.NewProgress(s.progress, "pairs with nodes: "+name, c.Warm+c.Pairs)
	defer progress.Stop()
	if _, err := pairs.Run(ctx, c.Warm, s.AtOnce, progress); err != nil {
		return fmt.Errorf("warm up: %w", err)
	}
	before, err := store.spent(ctx)
	if err != nil {
		return err
	}
	sample, err := load.Measure(nodes, pairs.Network, func() ([]float64, error) {
		return pairs.Run(ctx, c.Pairs, s.AtOnce, progress)
	})
	if err != nil {
		return err
	}
	after, err := store.spent(ctx)
	if err != nil {
		return err
	}
	progress.Stop()
	return s.report.pairs(pairsRow{Nodes: name, Sample: sample, Store: after.since(before, float64(c.Pairs)), stored: store != nil})
}

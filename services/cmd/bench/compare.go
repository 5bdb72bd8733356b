package main

import (
	"context"
	"fmt"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/stats"
)

// The names of contenders that the summary speaks of.
const (
	predecessorOriginal = "predecessor, as it was"
	peerServerName      = "PeerServer (signaling only)"
	oursHTTP1           = "WasmP2PChat, HTTP/1.1"
	oursH2C             = "WasmP2PChat, HTTP/2"
	oursOpen            = "WasmP2PChat, connection open"
	oursOpened          = "WasmP2PChat, connection opened by the pairing"
)

// measurePairing compares servers over plain TCP. Each person opens connections
// for the pairing.
func measurePairing(ctx context.Context, s *stage, r *results) (err error) {
	r.Pairing, err = s.compare(ctx, "pairings over plain TCP", []func() (contender, error){
		func() (contender, error) {
			return s.thePredecessor(ctx, predecessorOriginal, "original", load.HTTP1, newcomers)
		},
		func() (contender, error) {
			return s.thePredecessor(ctx, "predecessor, written well", "tidy", load.HTTP1, newcomers)
		},
		func() (contender, error) { return s.peerServer(ctx) },
		func() (contender, error) { return s.ours(ctx, oursHTTP1, load.HTTP1, newcomers) },
		func() (contender, error) { return s.ours(ctx, oursH2C, load.H2C, newcomers) },
	})
	return err
}

// measureDeployed compares servers over TLS.
func measureDeployed(ctx context.Context, s *stage, r *results) (err error) {
	r.Deployed, err = s.compare(ctx, "pairings over TLS", []func() (contender, error){
		func() (contender, error) {
			return s.thePredecessor(ctx, predecessorOriginal, "original", load.TLS1, newcomers)
		},
		func() (contender, error) {
			return s.thePredecessor(ctx, "predecessor, as it was, TLS sessions resumed", "original", load.TLS1, stay)
		},
		func() (contender, error) {
			return s.thePredecessor(ctx, "predecessor, written well", "tidy", load.TLS1, newcomers)
		},
		func() (contender, error) { return s.ours(ctx, oursOpen, load.TLS, stay) },
		func() (contender, error) { return s.ours(ctx, oursOpened, load.TLS, newcomers) },
	})
	return err
}

// comparison is what pairings cost each of some servers.
type comparison []compared

// compared is one of them. The ratios are those of CPU to the first one.
type compared struct {
	Name    string
	Samples []load.Sample // by round
	CPU     stats.Summary // of the server, µs a pairing
	Ratio   stats.Summary
	Median  load.Sample // the medians of all rounds
}

// compare starts the servers and measures one after the other, in rounds. Each
// round begins with another one, so that none always follows the same.
func (s *stage) compare(ctx context.Context, what string, starts []func() (contender, error)) (comparison, error) {
	all := make(comparison, len(starts))
	contenders := make([]contender, len(starts))
	progress := load.NewProgress(s.progress, what, len(starts)*s.flags.Pairs*(s.flags.Rounds+1))
	defer progress.Stop()
	for i, start := range starts {
		var err error
		if contenders[i], err = start(); err != nil {
			return nil, err
		}
		defer contenders[i].server.Kill()
		all[i].Name = contenders[i].name
		if _, err := contenders[i].meet(ctx, s.flags.Pairs, s.flags.AtOnce, progress); err != nil {
			return nil, fmt.Errorf("warm up %s: %w", contenders[i].name, err)
		}
	}
	for round := range s.flags.Rounds {
		for turn := range contenders {
			i := (round + turn) % len(contenders)
			c := contenders[i]
			sample, err := load.Measure([]process.Process{c.server}, c.network, func() ([]float64, error) {
				return c.meet(ctx, s.flags.Pairs, s.flags.AtOnce, progress)
			})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			all[i].Samples = append(all[i].Samples, sample)
		}
	}
	all.summarize()
	return all, nil
}

func (c comparison) summarize() {
	first := cpu(c[0].Samples)
	for i := range c {
		one := &c[i]
		one.CPU, one.Ratio = stats.Summarize(cpu(one.Samples)), stats.Ratio(cpu(one.Samples), first)
		median := func(value func(load.Sample) float64) float64 {
			return stats.Summarize(column(one.Samples, value)).Median
		}
		one.Median = load.Sample{
			P50:         median(func(s load.Sample) float64 { return s.P50 }),
			P99:         median(func(s load.Sample) float64 { return s.P99 }),
			Requests:    median(func(s load.Sample) float64 { return s.Requests }),
			Connections: median(func(s load.Sample) float64 { return s.Connections }),
			Sent:        median(func(s load.Sample) float64 { return s.Sent }),
			Received:    median(func(s load.Sample) float64 { return s.Received }),
		}
	}
}

// ratio returns the ratio of the CPU of two servers by their names.
func (c comparison) ratio(of, to string) stats.Summary {
	byName := map[string][]float64{}
	for _, one := range c {
		byName[one.Name] = cpu(one.Samples)
	}
	return stats.Ratio(byName[of], byName[to])
}

func cpu(samples []load.Sample) []float64 {
	return column(samples, func(s load.Sample) float64 { return s.ServerCPU })
}

func column(samples []load.Sample, value func(load.Sample) float64) []float64 {
	var values []float64
	for _, sample := range samples {
		values = append(values, value(sample))
	}
	return values
}

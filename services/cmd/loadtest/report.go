package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
)

// report prints results: as tables whose heading is printed once, or as one line
// of JSON each.
type report struct {
	out    io.Writer
	json   bool
	headed bool
}

// pairsRow is what pairings cost a number of nodes.
type pairsRow struct {
	Nodes string `json:"nodes"` // "memory": one server without a store
	load.Sample
	Store  spent `json:"store"` // of one pairing
	stored bool
}

func (r *report) pairs(row pairsRow) error {
	if r.json {
		return json.NewEncoder(r.out).Encode(row)
	}
	if !row.stored {
		return r.sample("pair", row.Sample)
	}
	r.head("nodes   pairs/s   p50 ms   p99 ms | CPU µs a pairing: client    nodes    store | store: commands   scripts   µs in scripts")
	s := row.Sample
	fmt.Fprintf(r.out, "%-6s %8.0f %8.1f %8.1f | %25.0f %8.0f %8.0f | %15.1f %9.1f %15.0f\n",
		row.Nodes, s.PerSecond, s.P50, s.P99, s.ClientCPU, s.ServerCPU, row.Store.CPU, row.Store.Commands, row.Store.Scripts, row.Store.ScriptTime)
	return nil
}

// sample prints what one job of a kind costs.
func (r *report) sample(job string, s load.Sample) error {
	if r.json {
		return json.NewEncoder(r.out).Encode(struct {
			Job string `json:"job"`
			load.Sample
		}{job, s})
	}
	return r.facts([][2]string{
		{"jobs", fmt.Sprintf("%d (%s), %.0f a second", s.Jobs, job, s.PerSecond)},
		{"time", fmt.Sprintf("p50 %.2f ms, p99 %.2f ms", s.P50, s.P99)},
		{"CPU of the server", fmt.Sprintf("%.0f µs each", s.ServerCPU)},
		{"CPU of the clients", fmt.Sprintf("%.0f µs each", s.ClientCPU)},
		{"requests", fmt.Sprintf("%.2f each, over %.2f new connections", s.Requests, s.Connections)},
		{"bytes", fmt.Sprintf("%.0f up and %.0f down each", s.Sent, s.Received)},
		{"memory of the server", megabytes(s.Memory) + " afterwards"},
	})
}

func (r *report) waited(w load.Waited) error {
	if r.json {
		return json.NewEncoder(r.out).Encode(w)
	}
	return r.facts([][2]string{
		{"people who waited", fmt.Sprintf("%d, all within %.1f s", w.People, w.ArriveSeconds)},
		{"heartbeats", fmt.Sprintf("%d or more seen by each, %.2f in the mean", w.LeastBeats, w.MeanBeats)},
		{"CPU of the server", fmt.Sprintf("%.1f %% of a core while they waited", 100*w.CPU)},
		{"memory of the server", fmt.Sprintf("%s before, %s settled (%.1f KB each), %s after",
			megabytes(w.MemoryBefore), megabytes(w.MemorySettled), w.MemoryEach/1024, megabytes(w.MemoryAfter))},
		{"matched", fmt.Sprintf("%d within %.1f s", w.AllMatched, w.MatchedSeconds)},
		{"last member's match", fmt.Sprintf("p50 %.2f ms, p99 %.2f ms", w.CompleteP50, w.CompleteP99)},
	})
}

func (r *report) head(line string) {
	if !r.headed {
		fmt.Fprintln(r.out, line)
	}
	r.headed = true
}

func (r *report) facts(facts [][2]string) error {
	table := tabwriter.NewWriter(r.out, 0, 0, 2, ' ', 0)
	for _, fact := range facts {
		fmt.Fprintf(table, "%s\t%s\n", fact[0], fact[1])
	}
	return table.Flush()
}

func megabytes(bytes float64) string { return fmt.Sprintf("%.1f MB", bytes/(1<<20)) }

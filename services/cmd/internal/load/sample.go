package load

import (
	"fmt"
	"syscall"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/stats"
)

// A Sample is what a number of jobs took and cost. Costs are those of one job.
type Sample struct {
	Jobs        int     `json:"jobs"`
	PerSecond   float64 `json:"per_second"`
	P50         float64 `json:"p50_ms"`
	P99         float64 `json:"p99_ms"`
	ServerCPU   float64 `json:"server_cpu_us"` // of all servers together
	ClientCPU   float64 `json:"client_cpu_us"` // of this process
	Requests    float64 `json:"requests"`      // a WebSocket is one
	Connections float64 `json:"connections"`
	Sent        float64 `json:"sent_bytes"` // by the clients, as TCP carries it
	Received    float64 `json:"received_bytes"`
	Memory      float64 `json:"server_rss_bytes"` // of all servers together, afterwards
}

// Measure does jobs and returns what they cost servers and clients.
func Measure(servers []process.Process, network *Network, jobs func() (milliseconds []float64, err error)) (Sample, error) {
	before, err := spentBy(servers)
	if err != nil {
		return Sample{}, err
	}
	traffic, began := network.Traffic(), time.Now()
	took, err := jobs()
	if err != nil {
		return Sample{}, err
	}
	lasted, traffic2 := time.Since(began), network.Traffic()
	after, err := spentBy(servers)
	if err != nil {
		return Sample{}, err
	}
	count := float64(len(took))
	return Sample{
		Jobs: len(took), PerSecond: count / lasted.Seconds(),
		P50: stats.Quantile(took, 0.5), P99: stats.Quantile(took, 0.99),
		ServerCPU: (after.servers - before.servers) / count, ClientCPU: (after.client - before.client) / count,
		Requests:    float64(traffic2.Requests-traffic.Requests) / count,
		Connections: float64(traffic2.Connections-traffic.Connections) / count,
		Sent:        float64(traffic2.Sent-traffic.Sent) / count,
		Received:    float64(traffic2.Received-traffic.Received) / count,
		Memory:      after.memory,
	}, nil
}

// spent is CPU time in microseconds, and bytes of memory.
type spent struct{ servers, client, memory float64 }

func spentBy(servers []process.Process) (spent, error) {
	var sum spent
	for _, server := range servers {
		used, err := server.CPUTime()
		if err != nil {
			return sum, fmt.Errorf("read the CPU time of a server: %w", err)
		}
		memory, _, err := server.Memory()
		if err != nil {
			return sum, fmt.Errorf("read the memory of a server: %w", err)
		}
		sum.servers += used
		sum.memory += memory
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return sum, fmt.Errorf("read our own CPU time: %w", err)
	}
	sum.client = float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1000
	return sum, nil
}

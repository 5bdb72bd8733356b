package main

import (
	"context"
	"fmt"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
)

// limitedWaiting is how many people can wait at a server with its limits on.
const limitedWaiting = 10_000

type waitCommand struct {
	People int           `default:"10000" help:"People who wait, rounded up to whole groups; of more than 10,000 the server limits nothing."`
	Watch  time.Duration `default:"30s" help:"How long all of them wait. Heartbeats come every 10 s."`
	After  time.Duration `default:"90s" help:"How long to watch the server's memory after all have left."`
	Engine string        `default:"memory" placeholder:"URL" help:"Redis that the server uses; empty: memory."`
}

// Run implements the command.
func (c *waitCommand) Run(ctx context.Context, s *session) error {
	arguments := []string{"--engine", c.Engine}
	if c.People > limitedWaiting {
		arguments = append(arguments, "--limits", "off")
	}
	server, err := s.host.Start(ctx, s.Transport, arguments...)
	if err != nil {
		return err
	}
	defer server.Kill()
	waiting := &load.Waiting{
		Network: s.newNetwork(), Server: server, People: load.WholeGroups(c.People), AtOnce: s.AtOnce, Watch: c.Watch, After: c.After,
	}
	waited, err := waiting.Run(ctx, s.progress)
	if err != nil {
		return err
	}
	return s.report.waited(waited)
}

type relayCommand struct {
	Rooms   int `default:"200" help:"Rooms with two members each."`
	Signals int `default:"50" help:"Signals that each member sends, one at a time; at most 128."`
}

// Run implements the command.
func (c *relayCommand) Run(ctx context.Context, s *session) error {
	if c.Signals > load.MaxRelayed {
		return fmt.Errorf("--signals: a room relays at most %d of each member", load.MaxRelayed)
	}
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	server, err := s.host.Start(ctx, s.Transport)
	if err != nil {
		return err
	}
	defer server.Kill()
	network := s.newNetwork()
	progress := load.NewProgress(s.progress, "rooms and signals", c.Rooms*(1+2*c.Signals))
	defer progress.Stop()
	rooms, err := load.OpenRooms(ctx, network, server.URL, c.Rooms, s.AtOnce, progress)
	if err != nil {
		return err
	}
	defer rooms.Close()
	return s.measure([]process.Process{server}, network, "signal", progress, func() ([]float64, error) {
		return rooms.Relay(ctx, c.Signals, s.AtOnce, progress)
	})
}

type churnCommand struct {
	People int `default:"10000" help:"People who come and go, one after the other in each job."`
}

// Run implements the command.
func (c *churnCommand) Run(ctx context.Context, s *session) error {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	server, err := s.host.Start(ctx, s.Transport)
	if err != nil {
		return err
	}
	defer server.Kill()
	network := s.newNetwork()
	progress := load.NewProgress(s.progress, "came and went", c.People)
	defer progress.Stop()
	return s.measure([]process.Process{server}, network, "stay", progress, func() ([]float64, error) {
		return load.Churn(ctx, network, server.URL, c.People, s.AtOnce, progress)
	})
}

// measure measures jobs and reports them.
func (s *session) measure(servers []process.Process, network *load.Network, job string, progress *load.Progress, jobs func() ([]float64, error)) error {
	sample, err := load.Measure(servers, network, jobs)
	if err != nil {
		return err
	}
	progress.Stop()
	return s.report.sample(job, sample)
}

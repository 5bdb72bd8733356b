package main

import (
	"context"
	"fmt"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
)

// waited is what waiting cost over a transport.
type waited struct {
	Transport string
	load.Waited
	After time.Duration // how long the memory was watched after all had left; zero: not
}

// tabsOfCrowd is how many people of the crowd share a connection: a process
// cannot open so many files that each has one.
const tabsOfCrowd = 10

// quiet is how long the server is watched after the crowd has left. It returns
// memory once it was quiet for a minute or two.
const quiet = 150 * time.Second

// measureWaiting lets people wait in groups that lack one.
func measureWaiting(ctx context.Context, s *stage, r *results) error {
	for _, wait := range []struct {
		name, transport string
		people, tabs    int
		watch, after    time.Duration
		arguments       []string
	}{
		{"HTTP/1.1", load.HTTP1, s.flags.Waiting, 1, s.flags.Watch, 0, nil},
		{"HTTP/2", load.H2C, s.flags.Waiting, 1, s.flags.Watch, 0, nil},
		{fmt.Sprintf("HTTP/2, %d on each connection", tabsOfCrowd), load.H2C, s.flags.Crowd, tabsOfCrowd, 2 * s.flags.Watch, quiet, []string{"--limits", "off"}},
	} {
		if wait.people == 0 {
			continue
		}
		server, err := s.host.Start(ctx, wait.transport, wait.arguments...)
		if err != nil {
			return err
		}
		network := s.newNetwork(wait.transport)
		network.Tabs = wait.tabs
		waiting := &load.Waiting{
			Network: network, Server: server, People: load.WholeGroups(wait.people), AtOnce: s.flags.AtOnce, Watch: wait.watch, After: wait.after,
		}
		result, err := waiting.Run(ctx, s.progress)
		server.Kill()
		if err != nil {
			return fmt.Errorf("%s: %w", wait.name, err)
		}
		r.Waiting = append(r.Waiting, waited{wait.name, result, wait.after})
	}
	return nil
}

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

const (
	// tabsOfCrowd is how many people of the crowd share a connection: a process
	// cannot open so many files that each has one.
	tabsOfCrowd = 10
	// tabsOfProxy is how many do behind a reverse proxy that speaks HTTP/2.
	tabsOfProxy = 100
)

// quiet is how long the server is watched after the crowd has left. It returns
// memory once it was quiet for a minute or two.
const quiet = 150 * time.Second

// measureWaiting lets people wait in groups that lack one.
func measureWaiting(ctx context.Context, s *stage, r *results) error {
	for _, wait := range []struct {
		name, transport string
		people, tabs    int
		after           time.Duration
		arguments       []string
	}{
		{"HTTP/1.1", load.HTTP1, s.flags.Waiting, 1, 0, nil},
		{"HTTP/2", load.H2C, s.flags.Waiting, 1, 0, nil},
		{fmt.Sprintf("HTTP/2, %d on each connection", tabsOfProxy), load.H2C, s.flags.Waiting, tabsOfProxy, 0, nil},
		{fmt.Sprintf("HTTP/2, %d on each connection", tabsOfCrowd), load.H2C, s.flags.Crowd, tabsOfCrowd, quiet, []string{"--limits", "off"}},
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
			Network: network, Server: server, People: load.WholeGroups(wait.people), AtOnce: s.flags.AtOnce, Watch: s.flags.Watch, After: wait.after,
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

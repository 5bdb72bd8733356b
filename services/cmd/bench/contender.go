package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/peerjs"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/predecessor"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
)

// A contender is a running server, and people who meet through it.
type contender struct {
	name    string
	server  process.Process
	network *load.Network
	meet    func(ctx context.Context, count, atOnce int, progress *load.Progress) ([]float64, error)
}

// visit says whether pairs stay for all pairings, with the connections and TLS
// sessions that they have, or come anew for each.
type visit bool

const (
	newcomers visit = false
	stay      visit = true
)

func (s *stage) ours(ctx context.Context, name, transport string, visit visit) (contender, error) {
	server, err := s.host.Start(ctx, transport)
	pairs := &load.Pairs{Network: s.newNetwork(transport), Way: people.OneExchange, URLs: []string{server.URL}, Stay: bool(visit)}
	return contender{name, server, pairs.Network, pairs.Run}, err
}

func (s *stage) thePredecessor(ctx context.Context, name, form, transport string, visit visit) (contender, error) {
	server, err := s.startPredecessor(ctx, form, transport)
	clients := &clients{network: s.newNetwork(transport), visit: visit}
	return contender{name, server, clients.network, clients.run(func(ctx context.Context, worker int, two [2]*http.Client) error {
		pool, met := fmt.Sprintf("pool-%d", worker), make(chan error, 1)
		go func() { met <- predecessor.Forms[form].Meet(ctx, two[0], server.URL, pool) }()
		err := predecessor.Forms[form].Meet(ctx, two[1], server.URL, pool)
		if err != nil {
			return err
		}
		return <-met
	})}, err
}

func (s *stage) peerServer(ctx context.Context) (contender, error) {
	installed, err := s.installPeerJS(ctx)
	if err != nil {
		return contender{}, err
	}
	server, err := installed.Start(ctx)
	clients := &clients{network: s.newNetwork(load.HTTP1)}
	return contender{peerServerName, server, clients.network, clients.run(func(ctx context.Context, _ int, two [2]*http.Client) error {
		return peerjs.Meet(ctx, server.URL, two)
	})}, err
}

// clients are those of people who meet two at a time.
type clients struct {
	network *load.Network
	visit   visit
	stayed  [][2]*http.Client // by worker
}

// run returns a function that lets pairs meet.
func (c *clients) run(meet func(ctx context.Context, worker int, two [2]*http.Client) error) func(context.Context, int, int, *load.Progress) ([]float64, error) {
	return func(ctx context.Context, count, atOnce int, progress *load.Progress) ([]float64, error) {
		for c.visit == stay && len(c.stayed) < atOnce {
			two, _ := c.two()
			c.stayed = append(c.stayed, two)
		}
		return load.Run(ctx, count, atOnce, progress, func(ctx context.Context, worker, _ int) error {
			if c.visit == stay {
				return meet(ctx, worker, c.stayed[worker])
			}
			two, leave := c.two()
			defer leave()
			return meet(ctx, worker, two)
		})
	}
}

func (c *clients) two() (two [2]*http.Client, leave func()) {
	first, leaveFirst := c.network.Client()
	second, leaveSecond := c.network.Client()
	return [2]*http.Client{first, second}, func() {
		leaveFirst()
		leaveSecond()
	}
}

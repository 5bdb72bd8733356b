package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/roundtrips"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/stats"
)

// client is what opens chats: its way to the server, how it opens one, and how it
// ends it.
type client struct {
	name  string
	paths *roundtrips.Paths
	open  func() (time.Duration, error)
	part  func() error
}

// partingDelay is the delay between the peers while they part.
const partingDelay = 200 * time.Millisecond

// measure opens a chat with delays of the two paths.
func (c client) measure(server, peer time.Duration) (time.Duration, error) {
	c.paths.SetDelays(server, peer)
	took, err := c.open()
	c.paths.SetDelays(0, partingDelay)
	if err != nil {
		return 0, err
	}
	if err := c.part(); err != nil {
		return 0, err
	}
	return took, c.paths.EndOfChat()
}

// slopes are how long chats of a client take to open.
type slopes struct {
	Name string
	// Server and Peer have the milliseconds for each delay of that path, without
	// a delay of the other.
	Server, Peer []stats.Summary
	// ServerTrips and PeerTrips are the slopes: round trips.
	ServerTrips, PeerTrips float64
	// Rest is the time without delay, in milliseconds.
	Rest float64
}

// measureRoundTrips opens chats with delays, in rounds: each client once with
// each delay.
func measureRoundTrips(ctx context.Context, s *stage, r *results) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	clients, end, err := s.openClients(ctx)
	defer end()
	if err != nil {
		return err
	}
	type setting struct{ server, peer time.Duration }
	settings := []setting{{}}
	for _, delay := range s.flags.Delays[1:] {
		settings = append(settings, setting{server: delay}, setting{peer: delay})
	}
	progress := load.NewProgress(s.progress, "chats opened", len(clients)*len(settings)*(s.flags.Samples+1))
	defer progress.Stop()
	took := map[string]map[setting][]float64{}
	for round := range s.flags.Samples + 1 { // the first warms up
		for _, delays := range settings {
			for _, client := range clients {
				opened, err := client.measure(delays.server, delays.peer)
				if err != nil {
					return fmt.Errorf("%s, server %v, peer %v: %w", client.name, delays.server, delays.peer, err)
				}
				progress.Add(1)
				if round == 0 {
					continue
				}
				if took[client.name] == nil {
					took[client.name] = map[setting][]float64{}
				}
				took[client.name][delays] = append(took[client.name][delays], opened.Seconds()*1000)
			}
		}
	}
	for _, client := range clients {
		one := slopes{Name: client.name}
		for _, delay := range s.flags.Delays {
			one.Server = append(one.Server, stats.Summarize(took[client.name][setting{server: delay}]))
			one.Peer = append(one.Peer, stats.Summarize(took[client.name][setting{peer: delay}]))
		}
		one.fit(s.flags.Delays)
		r.RoundTrips = append(r.RoundTrips, one)
	}
	return nil
}

// fit computes the slopes of the medians.
func (s *slopes) fit(delays []time.Duration) {
	var x, server, peer []float64
	for i, delay := range delays {
		x = append(x, delay.Seconds()*1000)
		server, peer = append(server, s.Server[i].Median), append(peer, s.Peer[i].Median)
	}
	s.ServerTrips, _ = stats.Fit(x, server)
	s.PeerTrips, _ = stats.Fit(x, peer)
	s.Rest = s.Server[0].Median
}

// nothing is for clients whose chats end when they are measured.
func nothing() error { return nil }

// openClients starts the servers and opens the pages. end closes everything, after
// an error too.
func (s *stage) openClients(ctx context.Context) (clients []client, end func(), err error) {
	var ends []func()
	end = func() {
		for i := len(ends) - 1; i >= 0; i-- {
			ends[i]()
		}
	}
	server, err := s.host.Start(ctx, load.HTTP1)
	if err != nil {
		return nil, end, err
	}
	ends = append(ends, server.Kill)
	paths, err := roundtrips.NewPaths(ctx, strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		return nil, end, err
	}
	ends = append(ends, paths.Close)
	url := "http://" + paths.Address()
	clients = append(clients, client{"WasmP2PChat, SDK with pion", paths, func() (time.Duration, error) { return roundtrips.Native(ctx, url) }, nothing})

	browser, err := roundtrips.NewBrowser(ctx)
	if err != nil {
		return nil, end, err
	}
	ends = append(ends, browser.Close)
	page, err := browser.OpenPage(url)
	if err != nil {
		return nil, end, err
	}
	ends = append(ends, page.Close)
	clients = append(clients, client{"WasmP2PChat, page in Chromium", paths, page.Measure, page.Part})

	installed, err := s.installPeerJS(ctx)
	if err != nil {
		return nil, end, err
	}
	peerServer, err := installed.Start(ctx)
	if err != nil {
		return nil, end, err
	}
	ends = append(ends, peerServer.Kill)
	peerPaths, err := roundtrips.NewPaths(ctx, strings.TrimPrefix(peerServer.URL, "http://"))
	if err != nil {
		return nil, end, err
	}
	ends = append(ends, peerPaths.Close)
	files, script := installed.Page()
	peerPage, err := browser.OpenPeerJS(ctx, peerPaths.Address(), files, script)
	if err != nil {
		return nil, end, err
	}
	ends = append(ends, peerPage.Close)
	return append(clients,
		client{"PeerJS in Chromium, socket open, id known", peerPaths, func() (time.Duration, error) { return peerPage.Measure(true) }, nothing},
		client{"PeerJS in Chromium, from its start, id known", peerPaths, func() (time.Duration, error) { return peerPage.Measure(false) }, nothing},
	), end, nil
}

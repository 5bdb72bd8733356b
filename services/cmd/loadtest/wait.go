package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
)

// watchFor is how long the cost of waiting is measured: some heartbeats.
const watchFor = 30 * time.Second

// wait opens tickets that are never matched, and prints what their waiting costs
// a node and the store.
func wait(ctx context.Context, flags flags, stage *stage) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := stage.store.Do(ctx, stage.store.B().Flushall().Build()).Error(); err != nil {
		return fmt.Errorf("empty the store: %w", err)
	}
	node, err := stage.startNode(ctx, true)
	if err != nil {
		return err
	}
	defer node.Kill()
	before, _, err := node.Memory()
	if err != nil {
		return err
	}
	queued, end := queue(ctx, node, flags.Waiting)
	defer func() {
		cancel()
		end()
	}()
	for began := time.Now(); queued.Load() < int64(flags.Waiting); time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > flags.Timeout {
			return fmt.Errorf("only %d of %d wait", queued.Load(), flags.Waiting)
		}
	}
	idle, err := stage.spent(ctx, []process.Process{node})
	if err != nil {
		return err
	}
	time.Sleep(watchFor)
	after, err := stage.spent(ctx, []process.Process{node})
	if err != nil {
		return err
	}
	if left := int64(flags.Waiting) - queued.Load(); left > 0 {
		return fmt.Errorf("%d streams ended", left)
	}
	memory, _, err := node.Memory()
	if err != nil {
		return err
	}
	share := func(a, b float64) float64 { return (b - a) / float64(watchFor.Microseconds()) * 100 }
	fmt.Printf("%d wait: %.1f %% of a core in the node, %.1f KB each; %.1f %% in the store, %.0f scripts a second\n",
		flags.Waiting, share(idle.nodes, after.nodes), (memory-before)/1024/float64(flags.Waiting),
		share(idle.store, after.store), (after.scripts-idle.scripts)/watchFor.Seconds())
	return nil
}

// queue opens streams of people who find no partner, and counts them. end waits
// for the streams after ctx has ended.
func queue(ctx context.Context, node process.Process, people int) (queued *atomic.Int64, end func()) {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols}
	client := &http.Client{Transport: transport}
	queued = new(atomic.Int64)
	var streams sync.WaitGroup
	for i := range people {
		streams.Go(func() {
			stream, err := newPerson(client, node.URL, node.URL).Matchmaking.FindMatch(ctx, &matchmakingv1.FindMatchRequest{
				RequestId: rand.Text(), ClientId: rand.Text(), Interests: []string{strconv.Itoa(i)}, InterestsOnly: true,
			})
			if err != nil {
				return
			}
			defer stream.Close() //nolint:errcheck // it has ended
			for first := true; stream.Receive(); first = false {
				if first {
					queued.Add(1)
				}
			}
			queued.Add(-1)
		})
	}
	return queued, func() {
		streams.Wait()
		transport.CloseIdleConnections()
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
)

const header = "nodes   pairs/s   p50 ms   p99 ms | CPU µs a pairing: client    nodes    store | store: commands   scripts   µs in scripts"

// measure matches pairs through a number of nodes and prints what it cost. Zero:
// one node without a store.
func measure(ctx context.Context, flags flags, stage *stage, count int) error {
	ctx, cancel := context.WithTimeout(ctx, flags.Timeout)
	defer cancel()
	if err := stage.store.Do(ctx, stage.store.B().Flushall().Build()).Error(); err != nil {
		return fmt.Errorf("empty the store: %w", err)
	}
	nodes := make([]process.Process, max(count, 1))
	for i := range nodes {
		var err error
		if nodes[i], err = stage.startNode(ctx, count > 0); err != nil {
			return err
		}
		defer nodes[i].Kill()
	}
	if _, err := pair(ctx, flags.Warm, flags.AtOnce, nodes); err != nil {
		return fmt.Errorf("warm up: %w", err)
	}
	before, err := stage.spent(ctx, nodes)
	if err != nil {
		return err
	}
	began := time.Now()
	took, err := pair(ctx, flags.Pairs, flags.AtOnce, nodes)
	if err != nil {
		return err
	}
	lasted := time.Since(began)
	after, err := stage.spent(ctx, nodes)
	if err != nil {
		return err
	}
	each := func(a, b float64) float64 { return (b - a) / float64(flags.Pairs) }
	name := fmt.Sprint(count)
	if count == 0 {
		name = "memory"
	}
	fmt.Printf("%-6s %8.0f %8.1f %8.1f | %25.0f %8.0f %8.0f | %15.1f %9.1f %15.0f\n",
		name, float64(flags.Pairs)/lasted.Seconds(), milliseconds(took, 0.5), milliseconds(took, 0.99),
		each(before.client, after.client), each(before.nodes, after.nodes), each(before.store, after.store),
		each(before.commands, after.commands), each(before.scripts, after.scripts), each(before.scriptTime, after.scriptTime))
	return nil
}

// pair matches pairs, some at once. The two sides of a pair use different nodes,
// and each side uses two, if there are enough. It returns how long each pair
// took.
func pair(ctx context.Context, pairs, atOnce int, nodes []process.Process) ([]time.Duration, error) {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		mu      sync.Mutex
		took    []time.Duration
		meeting sync.WaitGroup
	)
	next := make(chan int)
	for range atOnce {
		meeting.Go(func() {
			for number := range next {
				began := time.Now()
				url := func(i int) string { return nodes[(number+i)%len(nodes)].URL }
				// A pool of their own, so that the two meet each other.
				_, err := people.Meet(ctx, fmt.Sprintf("pool-%d", number%atOnce), [2]people.Person{newPerson(client, url(0), url(1)), newPerson(client, url(1), url(2))})
				if err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				took = append(took, time.Since(began))
				mu.Unlock()
			}
		})
	}
	for number := range pairs {
		select {
		case next <- number:
		case <-ctx.Done():
		}
	}
	close(next)
	meeting.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if len(took) < pairs {
		return nil, errors.New("not all have met")
	}
	return took, nil
}

func milliseconds(took []time.Duration, share float64) float64 {
	slices.Sort(took)
	return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
}

//go:build !js

package p2p

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/token"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/retry"
)

// killEvery is how often one of the three nodes is killed.
const killEvery = 10 * time.Second

// TestEverybodySurvivesNodes is TestEverybodySurvivesOnSockets with three nodes
// of the program behind nginx. They share a store. A node is killed every ten
// seconds and started again a second later. Once another node is frozen for
// longer than its lease, and once the store is restarted empty.
func TestEverybodySurvivesNodes(t *testing.T) {
	t.Parallel()
	store := faultkit.StartRedis(t)
	keys := filepath.Join(t.TempDir(), "token.keys")
	if err := os.WriteFile(keys, token.NewKeyFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := faultkit.BuildProgram(t)
	var (
		nodes     []*faultkit.Program
		addresses []string
	)
	for range 3 {
		node := faultkit.NewProgram(t, binary, "--services", "matchmaking,signaling", "--engine", store.URL(),
			"--token-key-file", keys, "--trusted-proxies", "127.0.0.1", "--limits", "off")
		node.Start(t)
		nodes, addresses = append(nodes, node), append(addresses, node.Address())
	}
	const seed = 2
	p := socketPopulation(t, faultkit.StartNginx(t, addresses...), seed)
	ctx, stop := context.WithCancel(t.Context())
	var killing sync.WaitGroup
	killing.Go(func() { killNodes(ctx, t, nodes, store) })
	p.meet(t.Context(), 60, pairingsWanted(t))
	stop()
	killing.Wait()
	p.ledger.report(t, seed)
	t.Logf("%v", p.ledger.tally)
}

// frozen is longer than the lease of a node, which is 8 s.
const frozen = 9 * time.Second

// killNodes kills a node, the next one, and so on.
func killNodes(ctx context.Context, t *testing.T, nodes []*faultkit.Program, store *faultkit.Redis) {
	var thawing sync.WaitGroup
	defer thawing.Wait()
	for i := 0; retry.Sleep(ctx, killEvery-time.Second) == nil; i++ {
		node := nodes[i%len(nodes)]
		node.Kill()
		_ = retry.Sleep(ctx, time.Second)
		node.Start(t)
		switch i {
		case 0:
			last := nodes[len(nodes)-1] // whose turn to be killed comes later
			last.Freeze()
			thawing.Go(func() {
				_ = retry.Sleep(ctx, frozen)
				last.Thaw()
			})
		case 1:
			store.Restart(t)
		}
	}
}

//go:build !js

package p2p

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"
)

const (
	// faultyLives is the share of lives in which something goes wrong.
	faultyLives = 0.2
	// longestRetention is how long a server stores anything about people who
	// are gone.
	longestRetention = 10 * time.Minute
)

// TestEverybodySurvives lets 5,000 pairs meet on simulated networks, in which
// a fifth of the people die or lose a connection at some step. The failing
// population is named by its seed. It does not run beside other tests, because it
// uses all processors and others depend on real time. With -short there are a quarter
// of the populations.
func TestEverybodySurvives(t *testing.T) {
	const pairings = 250
	populations := uint64(20)
	if testing.Short() {
		populations /= 4
	}
	var (
		mu    sync.Mutex
		total tally
	)
	t.Run("populations", func(t *testing.T) {
		for seed := range populations {
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
				t.Parallel()
				watched := startWatchdog(t, patience, panicWithStacks)
				synctest.Test(t, func(t *testing.T) {
					tally := surviveSimulated(t, seed, pairings, watched.progress)
					mu.Lock()
					defer mu.Unlock()
					total.add(tally)
				})
			})
		}
	})
	t.Logf("%v", total)
	if total.unlucky > total.lives/200 {
		t.Errorf("%d of %d people met three bad partners in a row, want one in 200 at most", total.unlucky, total.lives)
	}
}

// surviveSimulated runs one population in the bubble of t. It calls progressed
// as a ledger does.
func surviveSimulated(t *testing.T, seed uint64, pairings int, progressed func()) tally {
	t.Helper()
	matchmaking, signaling := matchmakingmem.New(matchmakingmem.Config{}), signalingmem.New(signalingmem.Config{})
	handler := newServer(matchmaking, signaling)
	dial := servertest.Client(t, handler.HTTPServer(), false).Transport.(*http.Transport).DialContext
	network := newFakeNetwork()
	p := &population{
		url:      "http://server.test",
		schedule: faultkit.Schedule{Seed: seed, Share: faultyLives},
		longest:  20 * time.Second,
		ledger:   newLedger(time.Second, false, progressed),
		machine: func() *machine {
			line, host := faultkit.NewLine(dial), network.host()
			return &machine{line: line, cut: host.cut, heal: host.heal, engine: host.connect, free: line.Close}
		},
	}
	p.meet(t.Context(), 60, pairings)
	p.ledger.report(t, seed)
	time.Sleep(longestRetention)
	// That the engine forgets everything that ended is shown by its own tests.
	if pool, err := matchmaking.Pool(t.Context(), "lobby"); err != nil || pool.Waiting != 0 {
		t.Errorf("seed %d: %d tickets wait, %v, want none", seed, pool.Waiting, err)
	}
	return p.ledger.tally
}

// report fails the test for what must not have happened.
func (l *ledger) report(t *testing.T, seed uint64) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, complaint := range l.complaints[:min(len(l.complaints), 20)] {
		t.Errorf("seed %d: %s", seed, complaint)
	}
	if l.tally.pairings < l.goal {
		t.Errorf("seed %d: %d pairings, want %d", seed, l.tally.pairings, l.goal)
	}
	if l.tally.curt > l.goal/10 {
		t.Errorf("seed %d: %d goodbyes were cut off in %d pairings", seed, l.tally.curt, l.tally.pairings)
	}
	if t.Failed() {
		t.Logf("seed %d: %v", seed, l.tally)
	}
}

// newServer returns a quiet server on the given engines.
func newServer(matchmaking *matchmakingmem.Engine, signaling *signalingmem.Engine) *server.Server {
	keys, err := token.ParseKeyring(token.NewKeyFile())
	if err != nil {
		panic(err)
	}
	handler, err := server.New(server.Config{
		Matchmaking: matchmaking, Signaling: signaling, Keys: keys,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		panic(err)
	}
	return handler
}

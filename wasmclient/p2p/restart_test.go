//go:build !js

package p2p

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/faultkit"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/retry"
)

const (
	// backWithin is how long people may need after a restart.
	backWithin = 30 * time.Second
	// longestOutage is the longest time for which the server is down.
	longestOutage = 2 * time.Second
)

// TestKilledServer kills the real program again and again, without warning.
func TestKilledServer(t *testing.T) {
	t.Parallel()
	binary := faultkit.BuildProgram(t)
	start := func(t *testing.T) *faultkit.Program {
		program := faultkit.NewProgram(t, binary, "--limits=off")
		program.Start(t)
		return program
	}
	t.Run("while people connect", func(t *testing.T) {
		t.Parallel()
		killedWhileConnecting(t, start(t))
	})
	t.Run("while somebody waits", func(t *testing.T) {
		t.Parallel()
		killedWhileWaiting(t, start(t))
	})
	t.Run("while people chat", func(t *testing.T) {
		t.Parallel()
		killedWhileChatting(t, start(t))
	})
}

// killedWhileConnecting matches 100 pairs, ten at a time, and kills the server
// after a number of calls that depends on the seed, so that each pair is at
// another step. With -short it matches 30, by another seed each time.
func killedWhileConnecting(t *testing.T, program *faultkit.Program) {
	const people = 20
	seed, kills := uint64(1), 10
	if testing.Short() {
		seed, kills = rand.Uint64(), 3
	}
	random := rand.New(rand.NewPCG(seed, 0))
	var slowest time.Duration
	both := 0
	for kill := range kills {
		calls := 1 + random.IntN(3*people) // of a pair that is connected there are seven or more
		crowd := newCrowd(t, program, people)
		crowd.search(testTimeout(t, 2*backWithin))
		crowd.wait(t, calls)
		program.Kill()
		joined := crowd.joined()
		_ = retry.Sleep(t.Context(), time.Duration(random.Int64N(int64(longestOutage))))
		program.Start(t)
		took := crowd.paired(t, fmt.Sprintf("seed %d, kill %d after %d calls", seed, kill, calls), joined)
		both += len(joined)
		slowest = max(slowest, took)
		crowd.leave()
	}
	t.Logf("%d kills under %d people each; %d pairs had both joined; the slowest pair was back after %v", kills, people, both, slowest)
}

func killedWhileWaiting(t *testing.T, program *faultkit.Program) {
	ctx := testTimeout(t, 2*backWithin)
	progress := newStages()
	waiting := find(ctx, t, newReal(t, program.URL()), progress.option())
	progress.wait(t, StageWaiting)
	program.Kill()
	progress.wait(t, StageRetrying)
	program.Start(t)
	progress.wait(t, StageWaiting)
	together(t, waiting, find(ctx, t, newReal(t, program.URL())))
}

func killedWhileChatting(t *testing.T, program *faultkit.Program) {
	ctx := testTimeout(t, 2*backWithin)
	clients := make([]*Client, 4)
	rooms := make([]*Room, len(clients))
	for i := range clients {
		clients[i] = newReal(t, program.URL())
	}
	for pair := 0; pair < len(rooms); pair += 2 {
		copy(rooms[pair:], findAll(t, clients[pair:pair+2]...))
	}
	program.Kill()
	for i, room := range rooms {
		want := fmt.Sprintf("sent by %d while there was no server", i)
		if err := room.SendText(ctx, want); err != nil {
			t.Fatalf("SendText: %v", err)
		}
		if got := texts(t, rooms[i^1], 1); len(got) != 1 || got[0] != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	program.Start(t)
	searches := make([]<-chan found, len(clients))
	for i, client := range clients {
		_ = rooms[i].CloseWith(ByeNext)
		searches[i] = find(ctx, t, client)
	}
	next := make([]*Room, len(clients))
	for i, search := range searches {
		got := <-search
		if got.err != nil {
			t.Fatalf("Find after the restart: %v", got.err)
		}
		next[i] = got.room
	}
	for pair := 0; pair < len(next); pair += 2 {
		if next[pair].ID() == next[pair+1].ID() {
			t.Errorf("%d and %d met again, though others were there", pair, pair+1)
		}
	}
}

// newReal returns a Client with real WebRTC on 127.0.0.1.
func newReal(t *testing.T, url string, options ...Option) *Client {
	t.Helper()
	machine := newSocketMachine(t)
	t.Cleanup(machine.free)
	return NewClient(url, append([]Option{
		WithHTTPClient(machine.line.Client()),
		machine.option(),
	}, options...)...)
}

// testTimeout is testContext with another timeout.
func testTimeout(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

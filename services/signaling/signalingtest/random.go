package signalingtest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/seeds"
)

const (
	operations = 120
	// enough runs meet all situations.
	enough = 450
)

// situations are what random runs must have met to say anything.
var situations = []string{
	"closed for 1, requeue true", "closed for 1, requeue false",
	"closed for 2, requeue true", "closed for 2, requeue false",
	"closed for 3, requeue true", "closed for 3, requeue false",
	"closed for 4, requeue true", "closed for 4, requeue false",
	"closed for 5, requeue false", "closed for 6, requeue false",
	"detached for 1", "detached for 2", "resumed: true", "resumed: false",
	"signaling.Welcome", "signaling.PeerJoined", "signaling.PeerState", "signaling.PeerResynced",
	"signaling.PairConfirmed", "signaling.SignalsReceived",
	"no such peer in this room", "no such member of this room", "room is over", "member has left the room",
	"inbox of the peer is full", "signals come too fast", "too many unread signals", "too many rooms",
	"first signals", "a restart", "a pass that contradicts its room",
}

// testRandom runs random operations on rooms of two to four members, fresh
// and reborn, and compares with the model. A failure names its seed and as few
// operations as still show it.
func testRandom(t *testing.T, runs int, run Run) {
	reached := make(map[string]int)
	all := seeds.For(t, runs)
	for _, seed := range all {
		script := generate(rand.New(rand.NewPCG(seed, 0)), operations) //nolint:gosec // a test must repeat
		if playOnce(t, run, seed, script, reached) == nil {
			continue
		}
		few := shrink(script, func(some []operation) bool { return playOnce(t, run, seed, some, reached) != nil })
		t.Fatalf("seed %d: %v", seed, playOnce(t, run, seed, few, reached))
	}
	for _, situation := range situations {
		if len(all) >= enough && reached[situation] == 0 {
			t.Errorf("%d seeds from %d never led to %q", len(all), all[0], situation)
		}
	}
}

func playOnce(t *testing.T, run Run, seed uint64, operations []operation, reached map[string]int) (err error) {
	run(t, func(t *testing.T, s Subject) { err = play(t.Context(), s, boundsOf(seed), operations, reached) })
	return err
}

// shrink leaves out operations, many at once and then fewer, as long as the
// rest fails.
func shrink(operations []operation, fails func([]operation) bool) []operation {
	for chunk := len(operations) / 2; chunk > 0; chunk /= 2 {
		for from := 0; from < len(operations); {
			rest := slices.Delete(slices.Clone(operations), from, min(from+chunk, len(operations)))
			if fails(rest) {
				operations = rest
			} else {
				from += chunk
			}
		}
	}
	return operations
}

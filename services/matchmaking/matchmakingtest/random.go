package matchmakingtest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/seeds"
)

// shards is how many parts the random scripts are run in at once.
const shards = 4

// testRandom lets clients do what scripts made from random numbers say and
// compares the engine with the model. A failure shows the fewest operations
// that still make it fail.
func testRandom(t *testing.T, runs int, run Run) {
	all := seeds.For(t, runs)
	for shard := range shards {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			for i := shard; i < len(all) && !t.Failed(); i += shards {
				seed := all[i]
				script := newScript(seed)
				if err := tryScript(t, run, script); err != nil {
					script = shrink(t, run, script)
					t.Errorf("seed %d, of which is left:\n%v%v", seed, script, tryScript(t, run, script))
				}
			}
		})
	}
}

func tryScript(t *testing.T, run Run, script script) (err error) {
	run(t, func(_ *testing.T, s Subject) { err = play(s, script) })
	return err
}

// shrink leaves out what is not needed to fail, large pieces first.
func shrink(t *testing.T, run Run, script script) script {
	for size := len(script.operations) / 2; size > 0; size /= 2 {
		for from := len(script.operations) - size; from >= 0; from -= size {
			smaller := script
			smaller.operations = slices.Delete(slices.Clone(script.operations), from, from+size)
			if tryScript(t, run, smaller) != nil {
				script = smaller
			}
		}
	}
	return script
}

package matchmakingmem_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

func attach(t *testing.T, engine *matchmakingmem.Engine, arrival matchmaking.Arrival) matchmaking.Watch {
	t.Helper()
	watch, err := engine.Attach(t.Context(), arrival)
	if err != nil {
		t.Fatalf("attach %s: %v", arrival.RequestID, err)
	}
	return watch
}

// TestIdlePools shows that pools that were used once do not add up.
func TestIdlePools(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine := matchmakingmem.New(matchmakingmem.Config{})
		const pools, remembered = 3000, 1024
		for i := range pools {
			for _, name := range []string{"a", "b"} {
				arrival := matchmakingtest.Arrival(t, fmt.Sprint(name, i))
				arrival.Pool = fmt.Sprint("pool-", i)
				attach(t, engine, arrival)
				time.Sleep(time.Millisecond)
			}
		}
		time.Sleep(matchmaking.Retention)
		if got := engine.Held(); got != remembered {
			t.Errorf("holds %d things, want %d pools", got, remembered)
		}
		for number, known := range map[int]bool{0: false, pools - remembered - 1: false, pools - remembered: true, pools - 1: true} {
			pool, err := engine.Pool(t.Context(), fmt.Sprint("pool-", number))
			if err != nil || (pool.MedianWait > 0) != known {
				t.Errorf("pool %d: %+v, %v, want it remembered: %t", number, pool, err, known)
			}
		}
		time.Sleep(matchmaking.RecentWaits)
		if got := engine.Held(); got != 0 {
			t.Errorf("holds %d things in the end", got)
		}
	})
}

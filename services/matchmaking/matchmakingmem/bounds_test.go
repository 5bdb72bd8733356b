package matchmakingmem_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

// owned returns an arrival that meets nobody, so that tickets add up.
func owned(t *testing.T, name, owner string) matchmaking.Arrival {
	arrival := matchmakingtest.Arrival(t, name)
	arrival.Owner, arrival.Pool = owner, name
	return arrival
}

func attach(t *testing.T, engine *matchmakingmem.Engine, arrival matchmaking.Arrival) matchmaking.Watch {
	t.Helper()
	watch, err := engine.Attach(t.Context(), arrival)
	if err != nil {
		t.Fatalf("attach %s: %v", arrival.RequestID, err)
	}
	return watch
}

// refuse fails unless neither an arrival nor a cancellation in advance finds
// room.
func refuse(t *testing.T, engine *matchmakingmem.Engine, arrival matchmaking.Arrival) {
	t.Helper()
	if _, err := engine.Attach(t.Context(), arrival); !errors.Is(err, matchmaking.ErrTooManyTickets) {
		t.Errorf("attach: %v, want ErrTooManyTickets", err)
	}
	if _, err := engine.Cancel(t.Context(), arrival.RequestID, arrival.Owner); !errors.Is(err, matchmaking.ErrTooManyTickets) {
		t.Errorf("cancel: %v, want ErrTooManyTickets", err)
	}
}

func TestMaxTickets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine := matchmakingmem.New(matchmakingmem.Config{MaxTickets: 1})
		a, b := owned(t, "a", ""), owned(t, "b", "")
		watch := attach(t, engine, a)
		refuse(t, engine, b)
		watch.Close()
		refuse(t, engine, b)
		attach(t, engine, a).Close()
		time.Sleep(matchmaking.ShortParkedGrace + matchmaking.Retention - time.Second)
		refuse(t, engine, b)
		attach(t, engine, a)
		time.Sleep(2 * time.Second)
		attach(t, engine, b).Close()
	})
}

func TestMaxTicketsPerOwner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine := matchmakingmem.New(matchmakingmem.Config{MaxTicketsPerOwner: 2})
		defer attach(t, engine, owned(t, "a", "one")).Close()
		if _, err := engine.Cancel(t.Context(), owned(t, "b", "").RequestID, "one"); err != nil {
			t.Fatal(err)
		}
		refuse(t, engine, owned(t, "c", "one"))
		defer attach(t, engine, owned(t, "d", "another")).Close()
		for i := range 5 {
			defer attach(t, engine, owned(t, fmt.Sprint("nobody-", i), "")).Close()
		}
		time.Sleep(matchmaking.Retention + time.Second)
		defer attach(t, engine, owned(t, "c", "one")).Close()
		refuse(t, engine, owned(t, "e", "one"))
	})
}

// TestRefusedArrival shows that an arrival for which there is no room leaves
// everything as it was.
func TestRefusedArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine := matchmakingmem.New(matchmakingmem.Config{MaxTickets: 1})
		attach(t, engine, owned(t, "a", "one"))
		held := engine.Held()
		again := owned(t, "b", "one")
		again.Pseudonym = owned(t, "a", "").Pseudonym
		again.Requeue = &matchmaking.Requeue{ID: "claim", Expires: time.Now().Add(time.Minute)}
		refuse(t, engine, again)
		if got := engine.Held(); got != held {
			t.Errorf("holds %d things, want %d", got, held)
		}
		if pool, _ := engine.Pool(t.Context(), "a"); pool.Waiting != 1 {
			t.Errorf("%d wait, want the one that was not superseded", pool.Waiting)
		}
	})
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

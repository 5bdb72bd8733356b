package matchmakingmem_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

// BenchmarkArrival measures two arrivals that meet while others wait in their
// pool for people with interests that nobody has. It reports the memory that each
// of those takes.
func BenchmarkArrival(b *testing.B) {
	for _, waiting := range []int{0, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("waiting=%d", waiting), func(b *testing.B) {
			engine := matchmakingmem.New(matchmakingmem.Config{})
			before := heap()
			watches := make([]matchmaking.Watch, waiting)
			for i := range watches {
				arrival := matchmakingtest.Arrival(b, fmt.Sprint("other-", i))
				arrival.Interests, arrival.InterestsOnly = []string{fmt.Sprint(i)}, true
				watches[i] = arrive(b, engine, arrival)
			}
			each := (heap() - before) / float64(max(waiting, 1))
			over, cancel := context.WithCancel(b.Context())
			cancel() // with it a watch tells only what is there
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				first := arrive(b, engine, matchmakingtest.Arrival(b, fmt.Sprint("first-", i)))
				second := arrive(b, engine, matchmakingtest.Arrival(b, fmt.Sprint("second-", i)))
				for _, watch := range []matchmaking.Watch{first, second} {
					readUntilMatched(over, b, watch)
					watch.Close()
				}
			}
			if waiting > 0 {
				b.ReportMetric(each, "waiting-B")
			}
			for _, watch := range watches {
				watch.Close()
			}
		})
	}
}

func readUntilMatched(ctx context.Context, b *testing.B, watch matchmaking.Watch) {
	b.Helper()
	for {
		event, err := watch.Next(ctx)
		if err != nil {
			b.Fatal(err)
		}
		if _, matched := event.(matchmaking.Matched); matched {
			return
		}
	}
}

func arrive(b *testing.B, engine *matchmakingmem.Engine, arrival matchmaking.Arrival) matchmaking.Watch {
	b.Helper()
	watch, err := engine.Attach(b.Context(), arrival)
	if err != nil {
		b.Fatal(err)
	}
	return watch
}

// heap returns the bytes in use.
func heap() float64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}

package matchmakingredis_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingredis"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingtest"
)

// BenchmarkPair measures two arrivals that meet, and what scripts take of the
// store for it. With others who wait they must cost the same.
func BenchmarkPair(b *testing.B) {
	for _, others := range []int{0, 1000, 10_000} {
		b.Run(fmt.Sprint(others), func(b *testing.B) {
			server := redistest.Start(b)
			engine := matchmakingredis.New(matchmakingredis.Config{Store: open(b, server.URL())})
			for i := range others { // for a larger group than will ever come together
				arrival := matchmakingtest.Arrival(b, fmt.Sprint("other-", i))
				arrival.GroupSize, arrival.Interests, arrival.InterestsOnly = 8, []string{fmt.Sprint(i)}, true
				if _, err := engine.Attach(b.Context(), arrival); err != nil {
					b.Fatal(err)
				}
			}
			server.Must("CONFIG", "RESETSTAT")
			before := processor(b, server)
			b.ResetTimer()
			var n atomic.Int64
			b.SetParallelism(32)
			b.RunParallel(func(people *testing.PB) {
				for people.Next() {
					for range 2 {
						if _, err := engine.Attach(b.Context(), matchmakingtest.Arrival(b, fmt.Sprint(n.Add(1)))); err != nil {
							b.Error(err)
							return
						}
					}
				}
			})
			calls, took := scripts(b, server)
			b.ReportMetric((processor(b, server)-before)/float64(b.N), "store-µs/op")
			b.ReportMetric(calls/float64(b.N), "scripts/op")
			b.ReportMetric(took/float64(b.N), "script-µs/op")
		})
	}
}

// scripts returns how many scripts the store ran, and their microseconds.
func scripts(b *testing.B, server *redistest.Server) (calls, took float64) {
	b.Helper()
	reply := server.Must("INFO", "commandstats")
	text, err := reply.ToString()
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if rest, is := strings.CutPrefix(line, "cmdstat_evalsha:calls="); is {
			fields := strings.FieldsFunc(rest, func(r rune) bool { return r == ',' || r == '=' })
			calls, _ = strconv.ParseFloat(fields[0], 64)
			took, _ = strconv.ParseFloat(fields[2], 64)
		}
	}
	return calls, took
}

// processor returns the microseconds of processor time that the store took.
func processor(b *testing.B, server *redistest.Server) float64 {
	b.Helper()
	reply := server.Must("INFO", "cpu")
	text, err := reply.ToString()
	if err != nil {
		b.Fatal(err)
	}
	took := 0.0
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "used_cpu_sys" || name == "used_cpu_user" {
			seconds, _ := strconv.ParseFloat(value, 64)
			took += seconds * 1e6
		}
	}
	return took
}

// BenchmarkWaiter measures who comes to wait, and the memory of the store that
// takes.
func BenchmarkWaiter(b *testing.B) {
	server := redistest.Start(b)
	engine := matchmakingredis.New(matchmakingredis.Config{Store: open(b, server.URL())})
	before := server.Memory()
	n := 0
	for b.Loop() {
		n++
		arrival := matchmakingtest.Arrival(b, fmt.Sprint(n))
		arrival.GroupSize, arrival.Interests, arrival.InterestsOnly = 2, []string{fmt.Sprint(n)}, true
		if _, err := engine.Attach(b.Context(), arrival); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((server.Memory()-before)/float64(n), "store-B/op")
}

// BenchmarkSteadily lets pairs meet at a steady pace in 64 pools, at nodes that
// run, as in production: their leases and cleaning count too.
func BenchmarkSteadily(b *testing.B) {
	const pools, pace = 64, 5 * time.Millisecond
	for _, nodes := range []int{1, 4} {
		b.Run(fmt.Sprintf("nodes=%d", nodes), func(b *testing.B) {
			server := redistest.Start(b)
			var all []*node
			for range nodes {
				all = append(all, startNode(b, server.URL(), 0))
			}
			ticker := time.NewTicker(pace)
			defer ticker.Stop()
			server.Must("CONFIG", "RESETSTAT")
			before := processor(b, server)
			for i := 0; b.Loop(); i++ {
				<-ticker.C
				first, second := all[i%nodes], all[(i+1)%nodes]
				a, other := matchmakingtest.Arrival(b, fmt.Sprint("a", i)), matchmakingtest.Arrival(b, fmt.Sprint("b", i))
				a.Pool = fmt.Sprint("pool-", i%pools)
				other.Pool = a.Pool
				waiting := first.wait(a)
				second.matched(second.attach(other))
				first.matched(waiting)
				waiting.Close()
			}
			calls, took := scripts(b, server)
			b.ReportMetric((processor(b, server)-before)/float64(b.N), "store-µs/op")
			b.ReportMetric(calls/float64(b.N), "scripts/op")
			b.ReportMetric(took/float64(b.N), "script-µs/op")
		})
	}
}

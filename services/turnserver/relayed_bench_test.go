//go:build linux

package turnserver_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver/nattest"
)

// BenchmarkRelayed moves 50 MB through a relayed chat, by each TURN server in turn, and
// tells how fast that is, and the CPU time of the server. Run it with -benchtime=1x and
// -count.
func BenchmarkRelayed(b *testing.B) {
	const size = 50_000_000
	path := program(b)
	for _, name := range []string{"embedded", "coturn"} {
		b.Run(name, func(b *testing.B) {
			chat := crossing{program: path, relay: relays[name], routers: [2]nattest.Router{symmetric, symmetric}}.open(b)
			before := cpuTime(b, chat.relay)
			for b.Loop() {
				began := time.Now()
				if _, err := fmt.Fprintf(chat.peers[0].input, "bulk %d\n", size); err != nil {
					b.Fatal(err)
				}
				for line := ""; !strings.HasPrefix(line, "got "); {
					line = chat.peers[1].line(b)
				}
				b.ReportMetric(size/1e6/time.Since(began).Seconds(), "MB/s")
			}
			b.ReportMetric((cpuTime(b, chat.relay)-before).Seconds()/float64(b.N)/(size/1e9), "cpu-s/GB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// cpuTime returns the CPU time of a program (proc(5), utime and stime).
func cpuTime(t testing.TB, program *started) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", program.command.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	ticks := 0
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond // a tick: USER_HZ is 100
}

package main

import (
	"bytes"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/roundtrips"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/stats"
)

// TestAll measures everything once, as little of it as possible, and reads the
// document.
func TestAll(t *testing.T) {
	if testing.Short() {
		t.Skip("make test-full runs it, for minutes")
	}
	enginesMatching = "Arrival/waiting=0$|Append|Room" // a million waiting would take its time
	var flags flags
	parser, err := kong.New(&flags, kong.Vars{"parts": ""})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse([]string{
		"--output=-", "--rounds=2", "--pairs=4", "--at-once=2", "--delays=0,20ms", "--samples=1",
		"--loads=1", "--openings=2", "--files=1", "--file-size=3000000", "--waiting=7", "--crowd=14", "--watch=50ms", "--bench-time=10x",
	}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), flags, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		`predecessor, as it was \| \d+ \(\d+–\d+\) \| (1\.00|NaN)`, // 10 ms of CPU are the least that Linux tells
		`predecessor, written well \|`,
		`PeerServer \(signaling only\) \|`,
		`WasmP2PChat, HTTP/1\.1 \| .* \| 6\.0 \| \d\.\d \| \d{4,} \| \d{4,} \|`,
		`WasmP2PChat, HTTP/2 \| .* \| 6\.0 \| 2\.0 \|`,
		`WasmP2PChat, connection open \| .* \| 6\.0 \| 0\.0 \|`,
		`WasmP2PChat, connection opened by the pairing \| .* \| 6\.0 \| 2\.0 \|`,
		`this build \| \d+ \(\d+–\d+\) \| 1\.00 \(1\.00–1\.00\) \| \d+ \(\d+–\d+\) \| 1\.00 \(1\.00–1\.00\) \| \d{2,} \|`,
		`Chromium \|( \d+ \(\d+–\d+\) \|){7} \d+ \|`,
		`Firefox \|( \d+ \(\d+–\d+\) \|){7} \d+ \|`,
		`WasmP2PChat, SDK with pion \| -?\d+\.\d \| -?\d+\.\d \| \d+ \|`,
		`WasmP2PChat, page in Chromium \| -?\d+\.\d \| -?\d+\.\d \| \d+ \|`,
		`PeerJS in Chromium, socket open, id known \| -?\d+\.\d \| -?\d+\.\d \| \d+ \|`,
		`SDK with pion, both sides in one process \|( \d+\.\d \(\d+\.\d–\d+\.\d\) \|){2} \d+\.\d\d`,
		`page in Chromium, two tabs \|( \d+\.\d \(\d+\.\d–\d+\.\d\) \|){2} \d+\.\d\d`,
		`HTTP/2, 10 on each connection \| 14 \|`,
		`Arrival/waiting=0 \| \d+ \| \d+ \| \d+ \|`,
		`Append \| \d+`,
		`Room \| \d+`,
	} {
		if !regexp.MustCompile(`(?m)^\| ` + row).Match(out.Bytes()) {
			t.Errorf("the document has no row %s", row)
		}
	}
	t.Logf("the document:\n%s", &out)
}

func TestFlags(t *testing.T) {
	t.Parallel()
	good := flags{Rounds: 1, Pairs: 1, AtOnce: 1, Samples: 1, Loads: 1, Openings: 1, Files: 1, FileSize: 1, Waiting: 1, Delays: []time.Duration{0, 1}}
	if err := good.check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*flags){
		"an unknown part": func(f *flags) { f.Only = []string{"sorting"} },
		"no rounds":       func(f *flags) { f.Rounds = 0 },
		"empty files":     func(f *flags) { f.FileSize = 0 },
		"one delay":       func(f *flags) { f.Delays = f.Delays[:1] },
		"no zero":         func(f *flags) { f.Delays = []time.Duration{1, 2} },
	} {
		f := good
		change(&f)
		if f.check() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestParseBenchmarks(t *testing.T) {
	t.Parallel()
	got, err := parseBenchmarks("goos: linux\npkg: example.org/x\nBenchmarkArrival/waiting=10-2  \t 2000\t 16412 ns/op\t 1748.5 waiting-B\t 73 allocs/op\nBenchmarkRoom \t 1 \t 7 ns/op\nPASS\nok  \texample.org/x\t0.2s\n")
	want := []benchmarked{
		{"Arrival/waiting=10", map[string]float64{"ns/op": 16412, "waiting-B": 1748.5, "allocs/op": 73}},
		{"Room", map[string]float64{"ns/op": 7}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for name, output := range map[string]string{"no benchmark": "PASS\n", "no number": "BenchmarkRoom 1 x ns/op\n"} {
		if _, err := parseBenchmarks(output); err == nil {
			t.Errorf("%s is no error", name)
		}
	}
}

func TestComparison(t *testing.T) {
	t.Parallel()
	samples := func(cpu ...float64) (all []load.Sample) {
		for _, used := range cpu {
			all = append(all, load.Sample{ServerCPU: used, Requests: 10})
		}
		return all
	}
	c := comparison{{Name: "a", Samples: samples(100, 200, 300)}, {Name: "b", Samples: samples(50, 400, 300)}}
	c.summarize()
	if got, want := c[1].Ratio, (stats.Summary{Median: 1.5, Least: 0.5, Most: 2}); got != want {
		t.Errorf("b costs %v × a, want %v", got, want)
	}
	if got, want := c.ratio("a", "b"), (stats.Summary{Median: 2.0 / 3, Least: 0.5, Most: 2}); got != want {
		t.Errorf("a costs %v × b, want %v", got, want)
	}
	if c[0].Median.Requests != 10 || c[0].CPU != (stats.Summary{Median: 200, Least: 100, Most: 300}) {
		t.Errorf("a is %+v", c[0])
	}
}

func TestSlopes(t *testing.T) {
	t.Parallel()
	s := slopes{
		Server: []stats.Summary{{Median: 70}, {Median: 170}, {Median: 270}},
		Peer:   []stats.Summary{{Median: 70}, {Median: 280}, {Median: 490}},
	}
	s.fit([]time.Duration{0, 50 * time.Millisecond, 100 * time.Millisecond})
	if number(s.ServerTrips) != "2.0" || number(s.PeerTrips) != "4.2" || s.Rest != 70 {
		t.Errorf("got %+v, want 2 round trips to the server, 4.2 to the peer", s)
	}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	if got := fact("a : b\nmodel name\t: AMD EPYC\nmodel name\t: other\n", "model name"); got != "AMD EPYC" {
		t.Errorf("the processor is %q", got)
	}
	for text, want := range map[string]string{"v20.20.2\n": "v20.20.2", "Chromium 143.0.1 built on Debian": "143.0.1"} {
		if got := version(text); got != want {
			t.Errorf("the version in %q is %q, want %q", text, got, want)
		}
	}
	if m := describeMachine(t.Context()); m.Cores < 1 || m.MemoryGiB <= 0 || strings.Contains(m.Kernel, "unknown") {
		t.Errorf("the machine is %+v", m)
	}
}

// TestUnusedPathsAreAnError makes sure that no chat is measured that avoids the
// proxies.
func TestUnusedPathsAreAnError(t *testing.T) {
	t.Parallel()
	paths, err := roundtrips.NewPaths(t.Context(), "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(paths.Close)
	if paths.EndOfChat() == nil {
		t.Error("a chat without a datagram is no error")
	}
}

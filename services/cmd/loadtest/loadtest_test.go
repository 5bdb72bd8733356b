package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
)

// host is shared by the tests, because it builds the program.
var host *load.Host

func TestMain(m *testing.M) {
	var err error
	if host, err = load.NewHost(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	host.Close()
	os.Exit(code)
}

// runJSON runs loadtest with arguments and returns the lines that it prints.
func runJSON(t *testing.T, arguments ...string) []map[string]any {
	t.Helper()
	var flags flags
	parser, err := kong.New(&flags)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.Parse(append(arguments, "--json"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), host, parsed, &flags, &out, io.Discard); err != nil {
		t.Fatalf("loadtest %s: %v", strings.Join(arguments, " "), err)
	}
	var lines []map[string]any
	for line := range strings.Lines(out.String()) {
		var values map[string]any
		if err := json.Unmarshal([]byte(line), &values); err != nil {
			t.Fatalf("parse %s: %v", line, err)
		}
		lines = append(lines, values)
	}
	return lines
}

func TestPairs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		arguments []string
		jobs      []float64
		requests  float64
	}{
		{"HTTP/1.1", []string{"--transport=http1"}, []float64{8}, 6},
		{"gRPC over h2c", []string{"--protocol=grpc", "--transport=h2c"}, []float64{8}, 6},
		{"JSON over TLS on an open page", []string{"--protocol=json", "--transport=tls", "--open"}, []float64{8}, 6},
		{"shared connections", []string{"--transport=h2c", "--tabs=8"}, []float64{8}, 6},
		{"nodes", []string{"--nodes=1,2"}, []float64{8, 8}, 6},
		{"step by step", []string{"--way=old"}, []float64{8}, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rows := runJSON(t, append([]string{"pair", "--pairs=8", "--warm=4", "--at-once=4"}, tt.arguments...)...)
			if len(rows) != len(tt.jobs) {
				t.Fatalf("it printed %d rows, want %d", len(rows), len(tt.jobs))
			}
			for i, row := range rows {
				if row["jobs"] != tt.jobs[i] || row["requests"] != tt.requests || row["sent_bytes"].(float64) < 1000 {
					t.Errorf("row %d is %v, want %v pairings of %v requests each", i, row, tt.jobs[i], tt.requests)
				}
				if stored := row["store"].(map[string]any)["scripts"].(float64); (stored > 0) != (len(rows) > 1) {
					t.Errorf("row %d: the store ran %v scripts a pairing", i, stored)
				}
			}
		})
	}
}

func TestConnectionsAreThosePeopleHave(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		arguments   []string
		least, most float64 // for 4 pairs
	}{
		"one for each person": {nil, 8, 8},
		"one for eight":       {[]string{"--tabs=8"}, 1, 2}, // 2: the first two people come at once
		"open before":         {[]string{"--open"}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row := runJSON(t, append([]string{"pair", "--transport=h2c", "--pairs=4", "--warm=4", "--at-once=1"}, tt.arguments...)...)[0]
			if got := row["connections"].(float64) * 4; got < tt.least || got > tt.most {
				t.Errorf("4 pairs opened %v connections, want %v to %v", got, tt.least, tt.most)
			}
		})
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	row := runJSON(t, "wait", "--transport=h2c", "--tabs=7", "--people=20", "--watch=100ms", "--after=0s")[0]
	if row["people"] != 21.0 || row["matched"] != 24.0 || row["server_rss_settled_bytes"].(float64) < 1<<20 {
		t.Errorf("got %v, want 21 who waited, and 3 more, matched", row)
	}
}

func TestRelay(t *testing.T) {
	t.Parallel()
	if row := runJSON(t, "relay", "--rooms=3", "--signals=4")[0]; row["jobs"] != 24.0 || row["requests"] != 1.0 {
		t.Errorf("got %v, want 24 signals of one request each", row)
	}
}

func TestChurn(t *testing.T) {
	t.Parallel()
	if row := runJSON(t, "churn", "--people=6", "--at-once=2")[0]; row["jobs"] != 6.0 || row["requests"] != 1.5 {
		t.Errorf("got %v, want 6 who came, 3 of whom cancelled", row)
	}
}

func TestWhatTheStoreSpent(t *testing.T) {
	t.Parallel()
	facts := "# CPU\r\nused_cpu_sys:0.5\r\nused_cpu_user:1.5\r\nused_cpu_sys_children:9\r\n# Commandstats\r\n" +
		"cmdstat_evalsha:calls=10,usec=200,usec_per_call=20.00\r\ncmdstat_eval:calls=1,usec=50\r\ncmdstat_get:calls=7,usec=3\r\n"
	want := spent{CPU: 2e6, Commands: 7, Scripts: 11, ScriptTime: 250}
	if got := parseSpent(facts); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := want.since(spent{CPU: 1e6, Commands: 5}, 2); got != (spent{CPU: 5e5, Commands: 1, Scripts: 5.5, ScriptTime: 125}) {
		t.Errorf("each of two jobs cost %+v", got)
	}
}

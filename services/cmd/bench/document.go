package main

import (
	_ "embed" // the texts
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"text/template"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/opening"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/stats"
)

// results are what was measured: nil for parts that were not.
type results struct {
	Machine    machine
	Flags      flags
	Minutes    float64
	Pairing    comparison
	Deployed   comparison
	Loading    []loaded
	Opening    []opened
	RoundTrips []slopes
	Files      []passed
	Waiting    []waited
	Engines    []benchmarked
}

//go:embed benchmarks.md.tmpl
var document string

// These are kept by hand: where the rest of the costs is, and what was tried and
// did not help.
//
//go:embed rest.md
var rest string

//go:embed tried.md
var tried string

var rendered = template.Must(template.New("").Funcs(template.FuncMap{
	"number":  number,
	"ratio":   func(s stats.Summary) string { return spread(s, "%.2f") },
	"whole":   func(s stats.Summary) string { return spread(s, "%.0f") },
	"speed":   func(s stats.Summary) string { return spread(s, "%.1f") },
	"kb":      func(bytes float64) string { return fmt.Sprintf("%.1f", bytes/1024) },
	"mb":      func(bytes float64) string { return fmt.Sprintf("%.0f", bytes/(1<<20)) },
	"percent": func(share float64) string { return fmt.Sprintf("%.1f", 100*share) },
	"ms":      func(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) },
	"value":   value,
	"rest":    func() string { return strings.TrimSpace(rest) },
	"tried":   func() string { return strings.TrimSpace(tried) },
	"summary": summary,
	"steps":   func() []string { return opening.Steps },
	"mib":     func(s stats.Summary) string { return fmt.Sprintf("%.0f", s.Median/(1<<20)) },
}).Parse(document))

// write writes the document.
func (r *results) write(w io.Writer) error {
	if err := rendered.Execute(w, r); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}

func (r *results) writeFile(name string) error {
	var text strings.Builder
	if err := r.write(&text); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text.String()), 0o644) //nolint:gosec // a document of the repository
}

// number prints with one decimal below ten and none above.
func number(value float64) string {
	if math.Abs(value) < 10 {
		return fmt.Sprintf("%.1f", value)
	}
	return fmt.Sprintf("%.0f", value)
}

// spread prints a median with the least and the largest value.
func spread(s stats.Summary, format string) string {
	return fmt.Sprintf(format+" ("+format+"–"+format+")", s.Median, s.Least, s.Most)
}

// value prints what a benchmark reports in a unit, if it does.
func value(b benchmarked, unit string) string {
	v, there := b.Values[unit]
	if !there {
		return "–"
	}
	return fmt.Sprintf("%.0f", v)
}

// summary returns the lines that matter most.
func summary(r *results) []string {
	var lines []string
	add := func(format string, arguments ...any) { lines = append(lines, fmt.Sprintf(format, arguments...)) }
	if r.Pairing != nil {
		of := func(other string) string { return spread(r.Pairing.ratio(oursHTTP1, other), "%.2f") }
		add("Over plain HTTP/1.1, a pairing costs the server %s × the CPU of the predecessor as it was, and %s × that of PeerServer, which only relays.",
			of(predecessorOriginal), of(peerServerName))
		add("HTTP/2 costs %s × HTTP/1.1.", spread(r.Pairing.ratio(oursH2C, oursHTTP1), "%.2f"))
	}
	if r.Deployed != nil {
		of := func(mine string) string { return spread(r.Deployed.ratio(mine, predecessorOriginal), "%.2f") }
		add("As deployed, over TLS, a pairing costs %s × the predecessor from a page whose connection is open, and %s × when the pairing opens it.",
			of(oursOpen), of(oursOpened))
	}
	for _, one := range r.Opening {
		add("%s on this machine: a chat is open %.0f ms after START (median; 95th percentile %.0f ms).", one.Name, one.Steps[len(one.Steps)-1].Median, one.P95)
	}
	for _, one := range r.RoundTrips {
		add("%s: a chat opens after %.1f round trips to the server, %.1f to the peer, and %.0f ms.", one.Name, one.ServerTrips, one.PeerTrips, one.Rest)
	}
	for _, one := range r.Files {
		add("Files, %s: %.0f MB/s, %s of what a bare data channel carries.", one.Name, one.File.Median, spread(one.Share, "%.2f"))
	}
	for _, one := range r.Waiting {
		add("%d people who wait over %s take %.1f KB each in the server, and %.1f %% of a core together.",
			one.People, one.Transport, one.MemoryEach/1024, 100*one.CPU)
	}
	return lines
}

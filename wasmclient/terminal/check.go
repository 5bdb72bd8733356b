//go:build !js

package terminal

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// check prints by which ways this network lets people connect.
func check(ctx context.Context, url string, out io.Writer) error {
	fmt.Fprintln(out, "Trying every way to others; this takes up to 20 seconds…")
	checkup, err := p2p.NewClient(url).Check(ctx)
	if err != nil {
		return err
	}
	return report(out, checkup)
}

func report(out io.Writer, checkup p2p.Checkup) error {
	fmt.Fprintf(out, "The server answers: it matched you with yourself in %s.\n\n", rounded(checkup.Server))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, way := range checkup.Ways {
		fmt.Fprintf(table, "%s\t%s\t%s\n", nameOf(way), resultOf(way), way.URL)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	switch loop := checkup.Loop; {
	case loop.Took > 0:
		fmt.Fprintf(out, "A connection through a relay opens in %s; a message and its answer take %s.\n", rounded(loop.Took), rounded(loop.RoundTrip))
	case loop.Diagnosis.Cause == p2p.CauseNoRelay:
		fmt.Fprintln(out, "The server offers no relay.")
	default:
		fmt.Fprintf(out, "No connection through a relay opens: %s.\n", loop.Diagnosis.Cause)
	}
	fmt.Fprintln(out, conclusion(checkup.Reach()))
	return nil
}

func nameOf(way p2p.Way) string {
	switch way.Kind() {
	case "host":
		return "Your own addresses"
	case "srflx":
		return "Your address outside, by STUN over " + way.Transport()
	default:
		return "A relay, by TURN over " + way.Transport()
	}
}

func resultOf(way p2p.Way) string {
	types := strings.Join(way.Candidates, ", ")
	switch {
	case way.Took > 0:
		return types + " after " + rounded(way.Took)
	case way.Cause == "":
		return types
	default:
		return "nothing: " + way.Cause.String()
	}
}

func conclusion(reach p2p.Reach) string {
	switch reach {
	case p2p.ReachEverybody:
		return "You can connect to everybody."
	case p2p.ReachMany:
		return "You can connect to many people. Without a relay you do not reach those behind some routers and firewalls."
	case p2p.ReachNear:
		return "You can connect to people in your own network only."
	default:
		return "You can connect to nobody."
	}
}

// rounded returns a duration as people say it.
func rounded(d time.Duration) string {
	if d < 10*time.Millisecond {
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(time.Millisecond).String()
}

// Command loadtest lets many people use servers that it starts on this machine,
// and prints what that takes and what it costs the servers:
//
//	pair    two people find each other, negotiate, and report that they are connected
//	wait    people wait in groups of 8 that lack one, see heartbeats, and are matched at last
//	relay   members of rooms send each other signals
//	churn   people come to wait and go again
//
// Everything competes for the same cores: compare CPU times, not rates. The
// server's CPU time has steps of 10 ms, so few jobs give rough figures.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
)

type flags struct {
	Protocol  string        `default:"connect" enum:"connect,grpc,json" help:"Protocol: connect, grpc, or json (Connect with messages in JSON)."`
	Transport string        `default:"http1" enum:"http1,h2c,tls" help:"Transport: http1, h2c (HTTP/2 without TLS), or tls (HTTP/2 over TLS)."`
	Tabs      int           `default:"1" help:"People who share connections and an address, as tabs of a browser do."`
	AtOnce    int           `default:"20" help:"Jobs at once."`
	JSON      bool          `name:"json" help:"Print one line of JSON for each measurement instead of a table."`
	Timeout   time.Duration `default:"10m" help:"For one measurement."`

	Pair  pairCommand  `cmd:"" help:"Let pairs meet: search, match, join, negotiate, report."`
	Wait  waitCommand  `cmd:"" help:"Let people wait in groups of 8 that lack one, then complete the groups."`
	Relay relayCommand `cmd:"" help:"Let members of rooms send each other signals."`
	Churn churnCommand `cmd:"" help:"Let people come to wait, and cancel or disconnect."`
}

func main() {
	var flags flags
	parsed := kong.Parse(&flags, kong.Name("loadtest"),
		kong.Description("Measures what people cost servers, all on this machine."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	host, err := load.NewHost(ctx)
	if err == nil {
		err = run(ctx, host, parsed, &flags, os.Stdout, os.Stderr)
		host.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}

// run runs the command that was chosen.
func run(ctx context.Context, host *load.Host, parsed *kong.Context, flags *flags, out, progress io.Writer) error {
	s := &session{flags: flags, host: host, progress: progress, report: &report{out: out, json: flags.JSON}}
	if err := s.newNetwork().Check(); err != nil {
		return err
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return parsed.Run(s)
}

// session is what the commands use.
type session struct {
	*flags
	host     *load.Host
	report   *report
	progress io.Writer
}

func (s *session) newNetwork() *load.Network {
	return &load.Network{Protocol: s.Protocol, Transport: s.Transport, Tabs: s.Tabs, Roots: s.host.Certificate.Roots}
}

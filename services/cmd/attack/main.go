// Command attack attacks a server of this machine, one attack after the other,
// and prints what honest people notice of each: how long a pair takes to meet
// before the attack and during it.
//
// The attacker, the honest people and the server share the cores. So the
// attacker is a process of its own with the lowest priority, and its requests
// and bytes per second are limited: at more, its own work would be measured.
// It calls from addresses in 127.0.0.0/16, honest people from others in
// 127.0.0.0/8, because the server limits addresses and their networks.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

type flags struct {
	URL  string        `name:"url" placeholder:"URL" help:"Server to attack, http:// at an IPv4 loopback address; empty: start one for each attack."`
	For  time.Duration `default:"5s" help:"How long to measure before each attack, and again during it."`
	Rate int           `default:"1000" help:"Most requests a second of the attacker; a large one counts once for each 16 KB."`
	Only []string      `placeholder:"NAME" help:"Attacks to run; empty: all."`

	Attacker string `hidden:"" help:"Be the attacker of this name until standard input ends."`
}

func main() {
	var flags flags
	kong.Parse(&flags, kong.Name("attack"),
		kong.Description("Attacks a server of this machine and prints what honest people notice."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, flags); err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, flags flags) error {
	if flags.URL != "" {
		if err := checkURL(flags.URL); err != nil {
			return err
		}
	}
	if flags.For <= 0 || flags.Rate <= 0 {
		return errors.New("--for and --rate must be positive")
	}
	chosen, err := choose(flags.Only)
	if err != nil {
		return err
	}
	if flags.Attacker != "" {
		return beAttacker(ctx, flags, os.Stdin, os.Stdout)
	}
	return compare(ctx, flags, chosen)
}

// checkURL refuses servers that are not of this machine: to attack those of
// others is a crime.
func checkURL(text string) error {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Scheme != "http" {
		return errors.New("--url must be an http:// URL")
	}
	address, err := netip.ParseAddr(parsed.Hostname())
	if err != nil || !address.Is4() || !address.IsLoopback() || parsed.Port() == "" {
		return fmt.Errorf("--url: only servers of this machine are attacked, such as http://127.0.0.1:8080, not %q", parsed.Host)
	}
	return nil
}

// choose returns the attacks of these names, or all.
func choose(names []string) ([]attack, error) {
	if len(names) == 0 {
		return attacks, nil
	}
	var chosen []attack
	for _, name := range names {
		i := slices.IndexFunc(attacks, func(a attack) bool { return a.name == name })
		if i < 0 {
			return nil, fmt.Errorf("--only: there is no attack %q, but %s", name, strings.Join(attackNames(), ", "))
		}
		chosen = append(chosen, attacks[i])
	}
	return chosen, nil
}

func attackNames() []string {
	var names []string
	for _, attack := range attacks {
		names = append(names, attack.name)
	}
	return names
}

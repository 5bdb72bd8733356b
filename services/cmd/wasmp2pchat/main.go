// Command wasmp2pchat serves matchmaking, signaling and the chat page: all on
// one port, or any of them alone.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set at release by -ldflags "-X main.version=…".
var version = "development"

// The exit codes.
const (
	exitRuntime = 1
	exitUsage   = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal does not wait for the drain
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	var usage *usageError
	switch {
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "wasmp2pchat:", err)
		os.Exit(exitUsage)
	case err != nil:
		fmt.Fprintln(os.Stderr, "wasmp2pchat:", err)
		os.Exit(exitRuntime)
	}
}

// usageError means that the flags cannot be used as they are.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() + " (--help explains the flags)" }
func (e *usageError) Unwrap() error { return e.err }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var flags flags
	done := false
	parser, err := kong.New(&flags,
		kong.Name("wasmp2pchat"),
		kong.Description("Pairs strangers and gives them a peer-to-peer chat. "+
			"Each flag is also an environment variable: --tls-cert is WASMP2PCHAT_TLS_CERT."),
		kong.ValueFormatter(func(value *kong.Value) string { return value.Help }),
		kong.Vars{"version": version},
		kong.DefaultEnvars(prefix),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { done = true }),
	)
	if err != nil {
		return err
	}
	forgetEmpty()
	_, err = parser.Parse(args)
	if done { // --help or --version answered
		return nil
	}
	if err == nil {
		err = flags.check()
	}
	if err != nil {
		return &usageError{err}
	}
	return serve(ctx, flags, stdout, stderr)
}

// prefix begins the names of the program's environment variables.
const prefix = "WASMP2PCHAT"

// forgetEmpty lets an empty environment variable be the same as none: Compose
// and others pass a variable on that is not set.
func forgetEmpty() {
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); value == "" && strings.HasPrefix(name, prefix+"_") {
			_ = os.Unsetenv(name)
		}
	}
}

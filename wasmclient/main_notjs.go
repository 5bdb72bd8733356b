//go:build !js

package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/terminal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal does not wait for the goodbye
	os.Exit(terminal.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

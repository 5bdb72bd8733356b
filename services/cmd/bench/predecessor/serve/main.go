// Command serve serves a form of the predecessor on a free port of this machine
// until it is killed.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/predecessor"
)

type flags struct {
	Form    string `required:"" enum:"original,tidy" help:"Form to serve: original or tidy."`
	TLSCert string `name:"tls-cert" placeholder:"FILE" help:"Certificate (PEM) to serve HTTPS with."`
	TLSKey  string `name:"tls-key" placeholder:"FILE" help:"Private key (PEM) of --tls-cert."`
}

func main() {
	var flags flags
	kong.Parse(&flags, kong.Name("serve"), kong.Description("Serves the predecessor, for comparison."))
	if err := serve(flags); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

func serve(flags flags) error {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	// Sockets that end in the middle of a handshake are no news.
	server := &http.Server{
		Handler:           predecessor.Forms[flags.Form].Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          log.New(nowhere{}, "", 0),
	}
	scheme := "http"
	if flags.TLSCert != "" {
		scheme = "https"
	}
	fmt.Printf("Serving the predecessor on %s://%s\n", scheme, listener.Addr())
	if flags.TLSCert != "" {
		return server.ServeTLS(listener, flags.TLSCert, flags.TLSKey)
	}
	return server.Serve(listener)
}

type nowhere struct{}

func (nowhere) Write(data []byte) (int, error) { return len(data), nil }

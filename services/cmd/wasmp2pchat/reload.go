package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/smallfile"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// onHangup calls load whenever the process gets SIGHUP, until ctx ends. If load
// fails, the old value stays in use.
func onHangup(ctx context.Context, logger *slog.Logger, what string, load func() error) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hangups)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangups:
			}
			if err := load(); err != nil {
				logger.Error("SIGHUP: the old one stays in use", "what", what, "error", err)
				continue
			}
			logger.Info("SIGHUP: loaded anew", "what", what)
		}
	}()
}

// keyLoader returns the function that reads the keys of --token-key-file, or the
// keys of this user, which it creates on first use.
func keyLoader(flags flags) (func() (*token.Keyring, error), error) {
	if flags.TokenKeyFile != "" {
		return func() (*token.Keyring, error) { return token.LoadKeyFile(flags.TokenKeyFile) }, nil
	}
	path, err := token.DefaultKeyFile()
	if err != nil {
		return nil, fmt.Errorf("%w; name one with --token-key-file", err)
	}
	return func() (*token.Keyring, error) { return token.LoadOrMakeKeyFile(path) }, nil
}

func replace(keys *token.Keyring, load func() (*token.Keyring, error)) error {
	fresh, err := load()
	if err != nil {
		return err
	}
	keys.Replace(fresh)
	return nil
}

// loadCertificate loads the certificate of --tls-cert. It is nil if that is not set.
func loadCertificate(ctx context.Context, flags flags, logger *slog.Logger) (*certificate, error) {
	if flags.TLSCert == "" {
		return nil, nil //nolint:nilnil // as the comment says
	}
	certificate := &certificate{certFile: flags.TLSCert, keyFile: flags.TLSKey}
	if err := certificate.load(); err != nil {
		return nil, err
	}
	onHangup(ctx, logger, "certificate", certificate.load)
	return certificate, nil
}

// certificate is the server's certificate, whose files may be renewed while it
// runs.
type certificate struct {
	certFile, keyFile string
	current           atomic.Pointer[tls.Certificate]
}

func (c *certificate) load() error {
	chain, err := smallfile.Read(c.certFile)
	if err != nil {
		return fmt.Errorf("load certificate: %w", err)
	}
	key, err := smallfile.Read(c.keyFile)
	if err != nil {
		return fmt.Errorf("load certificate: %w", err)
	}
	loaded, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return fmt.Errorf("load certificate: %w", err)
	}
	c.current.Store(&loaded)
	return nil
}

// config returns the settings of a server that uses the certificate.
func (c *certificate) config() *tls.Config {
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12}
}

// name returns the first host for which the certificate is, or "" if it is for
// addresses only.
func (c *certificate) name() string {
	for _, name := range c.current.Load().Leaf.DNSNames {
		if !strings.HasPrefix(name, "*") {
			return name
		}
	}
	return ""
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return c.current.Load(), nil
}

package load

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/selfsigned"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// A Host has what is needed to start servers: the built program, a key of
// tokens that they share, and a certificate.
type Host struct {
	// Folder is deleted by Close.
	Folder      string
	Certificate selfsigned.Certificate
}

// NewHost builds the program. The caller frees the host with Close.
func NewHost(ctx context.Context) (*Host, error) {
	folder, err := os.MkdirTemp("", "wasmp2pchat-load-")
	if err != nil {
		return nil, err
	}
	h := &Host{Folder: folder}
	if err := h.prepare(ctx); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

func (h *Host) prepare(ctx context.Context) (err error) {
	if h.Certificate, err = selfsigned.New(h.Folder); err != nil {
		return err
	}
	if err := os.WriteFile(h.keys(), token.NewKeyFile(), 0o600); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	return process.Build(ctx, h.program(), process.Server)
}

// Close deletes everything that the host made.
func (h *Host) Close() { _ = os.RemoveAll(h.Folder) }

func (h *Host) program() string { return filepath.Join(h.Folder, "wasmp2pchat") }

func (h *Host) keys() string { return filepath.Join(h.Folder, "keys") }

// Start starts a server that clients reach by the given transport.
func (h *Host) Start(ctx context.Context, transport string, arguments ...string) (process.Process, error) {
	arguments = append([]string{"--log-level", "error", "--token-key-file", h.keys()}, arguments...)
	if transport == TLS || transport == TLS1 {
		arguments = append(arguments, "--tls-cert", h.Certificate.CertFile, "--tls-key", h.Certificate.KeyFile)
	}
	return process.Start(ctx, h.program(), arguments...)
}

package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/peerjs"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
)

// stage has all programs that are measured.
type stage struct {
	flags    flags
	host     *load.Host
	peerJS   *peerjs.Installed // nil: not installed yet
	progress io.Writer
}

func newStage(ctx context.Context, flags flags, progress io.Writer) (*stage, error) {
	host, err := load.NewHost(ctx)
	if err != nil {
		return nil, err
	}
	s := &stage{flags: flags, host: host, progress: progress}
	if err := process.Build(ctx, s.predecessor(), "github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/predecessor/serve"); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stage) close() { s.host.Close() }

func (s *stage) predecessor() string { return filepath.Join(s.host.Folder, "predecessor") }

func (s *stage) startPredecessor(ctx context.Context, form, transport string) (process.Process, error) {
	arguments := []string{"--form", form}
	if transport == load.TLS1 {
		arguments = append(arguments, "--tls-cert", s.host.Certificate.CertFile, "--tls-key", s.host.Certificate.KeyFile)
	}
	return process.Serve(exec.CommandContext(ctx, s.predecessor(), arguments...)) //nolint:gosec // our own
}

func (s *stage) installPeerJS(ctx context.Context) (peerjs.Installed, error) {
	if s.peerJS == nil {
		installed, err := peerjs.Install(ctx, s.host.Folder)
		if err != nil {
			return installed, fmt.Errorf("install PeerJS: %w", err)
		}
		s.peerJS = &installed
	}
	return *s.peerJS, nil
}

func (s *stage) newNetwork(transport string) *load.Network {
	return &load.Network{Protocol: load.Connect, Transport: transport, Roots: s.host.Certificate.Roots}
}

package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/smallfile"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver"
)

// turnSockets are those of the TURN server. The zero value has none.
type turnSockets struct {
	packet  net.PacketConn
	plain   net.Listener
	secure  net.Listener // nil: no TLS
	address netip.AddrPort
	public  []netip.Addr
	name    string // for TLS
}

// openTURN opens the sockets of --turn-listen.
func openTURN(ctx context.Context, flags flags, certificate *certificate) (sockets turnSockets, err error) {
	if flags.Turn.Listen == "" {
		return sockets, nil
	}
	defer func() {
		if err != nil {
			sockets.close()
		}
	}()
	if sockets.plain, sockets.packet, err = listenBoth(ctx, flags.Turn.Listen); err != nil {
		return sockets, fmt.Errorf("--turn-listen: %w", err)
	}
	sockets.address = netip.MustParseAddrPort(sockets.packet.LocalAddr().String())
	sockets.public = flags.Turn.publicIPs
	if len(sockets.public) == 0 {
		sockets.public = []netip.Addr{sockets.address.Addr().Unmap()}
	}
	if flags.Turn.TLSListen == "" {
		return sockets, nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", flags.Turn.TLSListen)
	if err != nil {
		return sockets, fmt.Errorf("--turn-tls-listen: %w", err)
	}
	sockets.secure = tls.NewListener(listener, certificate.config())
	sockets.name = certificate.name()
	return sockets, nil
}

// listenBoth listens to one port over TCP and UDP.
func listenBoth(ctx context.Context, address string) (net.Listener, net.PacketConn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, nil, err
	}
	for range 10 { // with port 0, until one is free for both
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			return nil, nil, err
		}
		_, chosen, _ := net.SplitHostPort(listener.Addr().String())
		packet, err := new(net.ListenConfig).ListenPacket(ctx, "udp", net.JoinHostPort(host, chosen))
		if err == nil {
			return listener, packet, nil
		}
		_ = listener.Close()
		if port != "0" {
			return nil, nil, err
		}
	}
	return nil, nil, errors.New("no port is free for both TCP and UDP")
}

func (s turnSockets) close() {
	for _, socket := range []interface{ Close() error }{s.packet, s.plain, s.secure} {
		if socket != nil {
			_ = socket.Close()
		}
	}
}

// tell adds the server to those that clients are told.
func (s turnSockets) tell(list *iceserver.List) {
	port := strconv.Itoa(int(s.address.Port()))
	for _, address := range s.public {
		host := net.JoinHostPort(address.String(), port)
		list.Servers = append(list.Servers, iceserver.Server{URLs: []string{"stun:" + host}})
		list.TURN = append(list.TURN, "turn:"+host+"?transport=udp", "turn:"+host+"?transport=tcp")
	}
	if s.secure == nil {
		return
	}
	_, port, _ = net.SplitHostPort(s.secure.Addr().String())
	names := []string{s.name}
	if s.name == "" {
		names = nil
		for _, address := range s.public {
			names = append(names, address.String())
		}
	}
	for _, name := range names {
		list.TURN = append(list.TURN, "turns:"+net.JoinHostPort(name, port)+"?transport=tcp")
	}
}

// serveTURN serves until ctx ends or the server is shut down. The server is nil if
// there are no sockets.
func serveTURN(ctx context.Context, flags flags, sockets turnSockets, secrets func() iceserver.Secrets, logger *slog.Logger, failed chan<- error) (*turnserver.Server, error) {
	if sockets.packet == nil {
		return nil, nil //nolint:nilnil // as the comment says
	}
	server, err := turnserver.New(turnserver.Config{
		Secrets: secrets, PublicIPs: sockets.public, Local: sockets.address.Addr().Unmap(), RelayPorts: flags.Turn.ports,
		OpenPeers: flags.Turn.allowPeers, MaxAllocations: flags.Turn.MaxAllocations,
		Bandwidth: flags.Turn.Bandwidth, MaxBytes: flags.Turn.MaxBytes, Logger: logger,
	})
	if err != nil {
		return nil, err
	}
	listeners := []net.Listener{sockets.plain}
	if sockets.secure != nil {
		listeners = append(listeners, sockets.secure)
	}
	go func() {
		if err := server.Serve(ctx, []net.PacketConn{sockets.packet}, listeners); err != nil {
			failed <- err
		}
	}()
	return server, nil
}

// turnSecrets returns the secrets of TURN credentials: those of --turn-secret-file,
// which SIGHUP loads anew, or those of the token keys.
func turnSecrets(ctx context.Context, flags flags, keys *token.Keyring, logger *slog.Logger) (func() iceserver.Secrets, error) {
	if flags.Turn.SecretFile == "" {
		return func() iceserver.Secrets { return keys.TURNSecrets() }, nil
	}
	var current atomic.Pointer[iceserver.Secrets]
	load := func() error {
		secrets, err := readSecrets(flags.Turn.SecretFile)
		if err == nil {
			current.Store(&secrets)
		}
		return err
	}
	if err := load(); err != nil {
		return nil, err
	}
	onHangup(ctx, logger, "TURN secrets", load)
	return func() iceserver.Secrets { return *current.Load() }, nil
}

// readSecrets reads one secret from each line. Blank lines and those that begin with #
// are ignored.
func readSecrets(path string) (iceserver.Secrets, error) {
	text, err := smallfile.Read(path)
	if err != nil {
		return nil, fmt.Errorf("read TURN secrets: %w", err)
	}
	var secrets iceserver.Secrets
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			secrets = append(secrets, line)
		}
	}
	if len(secrets) == 0 {
		return nil, fmt.Errorf("read TURN secrets: %s holds none", path)
	}
	return secrets, nil
}

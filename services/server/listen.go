package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The times after which a connection is closed whose other end vanished.
const (
	headerTimeout = 5 * time.Second
	idleTimeout   = 2 * time.Minute
	pingAfter     = 15 * time.Second
	pingTimeout   = 10 * time.Second
	pingCount     = 2
	userTimeout   = 30 * time.Second
	maxHeader     = 32 << 10
)

// HTTPServer returns an http.Server for s that speaks HTTP/1.1, HTTP/2
// without TLS by prior knowledge, and HTTP/2 over TLS. It has no timeout on
// whole requests or responses, because streams last long.
func (s *Server) HTTPServer() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           s,
		Protocols:         protocols,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		HTTP2:             &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
		ConnState:         s.connections.changed,
		ErrorLog:          slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug),
	}
}

// Listen opens a listener. Its address is one of
//
//	HOST:PORT   a TCP socket, whose connections fail soon after the other end has vanished
//	unix:PATH   a Unix socket
//	fd:NUMBER   a listening socket that this process inherited, of either kind
func Listen(ctx context.Context, address string) (net.Listener, error) {
	if err := CheckAddress(address); err != nil {
		return nil, err
	}
	kind, rest, _ := strings.Cut(address, ":")
	switch kind {
	case "unix":
		return listenUnix(ctx, rest)
	case "fd":
		return inherited(rest)
	}
	return detectingLoss().Listen(ctx, "tcp", address)
}

// CheckAddress reports an address that Listen cannot take, whatever the system
// has.
func CheckAddress(address string) error {
	kind, rest, _ := strings.Cut(address, ":")
	switch kind {
	case "unix":
		if rest == "" {
			return errors.New("unix: needs a path, as in unix:/run/wasmp2pchat.sock")
		}
		return nil
	case "fd":
		if n, err := strconv.Atoi(rest); err != nil || n < 3 {
			return errors.New("fd: needs the number of an inherited socket, 3 or above")
		}
		return nil
	}
	if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
		return errors.New("must be HOST:PORT, such as localhost:8080 or :8080, or unix:PATH, or fd:NUMBER")
	}
	return nil
}

// listenUnix takes the place of a socket at which nobody listens any more.
func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return listener, err
	}
	connection, dialErr := new(net.Dialer).DialContext(ctx, "unix", path)
	if dialErr == nil {
		_ = connection.Close()
	}
	if !errors.Is(dialErr, syscall.ECONNREFUSED) {
		return nil, err
	}
	if err := os.Remove(path); err != nil {
		return nil, fmt.Errorf("remove the socket of a process that is gone: %w", err)
	}
	return new(net.ListenConfig).Listen(ctx, "unix", path)
}

func inherited(number string) (net.Listener, error) {
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(n), "fd:"+number)
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("fd:%s: %w", number, err)
	}
	return listener, file.Close() // the listener has a copy
}

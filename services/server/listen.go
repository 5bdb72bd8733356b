package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// The times after which a connection is closed whose other end vanished.
const (
	headerTimeout = 5 * time.Second
	idleTimeout   = 2 * time.Minute
	pingAfter     = 15 * time.Second
	pingTimeout   = 10 * time.Second
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

// Listen opens a TCP listener whose connections fail soon after the other end
// has vanished.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	config := net.ListenConfig{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: pingAfter, Interval: pingTimeout, Count: 2},
		Control:         setUserTimeout,
	}
	return config.Listen(ctx, "tcp", address)
}

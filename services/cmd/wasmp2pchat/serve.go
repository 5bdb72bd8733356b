package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redactlog"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/web"
)

// serve serves until ctx ends, then drains.
func serve(ctx context.Context, flags flags, stdout, stderr io.Writer) error {
	logger := newLogger(flags, stderr)
	floor, err := limitMemory(flags.MemoryLimit)
	if err != nil {
		return err
	}
	go returnMemory(ctx, floor)
	engines, err := openEngines(ctx, flags, logger)
	if err != nil {
		return err
	}
	defer engines.close() // after the drain, which still uses the engines
	certificate, err := loadCertificate(ctx, flags, logger)
	if err != nil {
		return err
	}
	sockets, err := openTURN(ctx, flags, certificate)
	if err != nil {
		return err
	}
	defer sockets.close()
	config, err := configure(ctx, flags, engines, logger)
	if err != nil {
		return err
	}
	if config.ICEServers, err = iceServers(ctx, flags, config.Keys, sockets, logger); err != nil {
		return err
	}
	handler, err := server.New(config)
	if err != nil {
		return err
	}
	httpServer := handler.HTTPServer()
	if certificate != nil {
		httpServer.TLSConfig = certificate.config()
	}
	failed := make(chan error, 3)
	admin, err := serveAdmin(ctx, flags, handler.AdminServer(engines.ping), failed)
	if err != nil {
		return err
	}
	defer admin.close() // after the drain, so that readiness reports it
	listener, err := server.Listen(ctx, flags.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	relaying, endRelay := context.WithCancel(context.WithoutCancel(ctx))
	defer endRelay()
	relay, err := serveTURN(relaying, flags, sockets, config.ICEServers.Secrets, logger, failed)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Serving %s on %s\n", strings.Join(flags.Services, ", "), flags.pageURL(listener.Addr()))
	if own, err := net.InterfaceAddrs(); err == nil && web.Built() {
		tellPhones(stdout, flags.pageURL(listener.Addr()), listener.Addr(), own)
	}
	if admin.url != "" {
		fmt.Fprintf(stdout, "Health and readiness are on %s\n", admin.url)
	}
	if relay != nil {
		fmt.Fprintf(stdout, "STUN and TURN are on port %d over UDP and TCP\n", sockets.address.Port())
	}
	go func() {
		if certificate != nil {
			failed <- httpServer.ServeTLS(handler.Bound(listener), "", "")
			return
		}
		failed <- httpServer.Serve(handler.Bound(listener))
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	return drain(flags, handler, httpServer, relay, logger)
}

// drain ends every stream with a reason, waits for them and for relayed chats, and cuts
// those that do not end in time.
func drain(flags flags, handler *server.Server, httpServer *http.Server, relay *turnserver.Server, logger *slog.Logger) error {
	logger.Info("draining")
	ctx, cancel := context.WithTimeout(context.Background(), flags.DrainTimeout)
	defer cancel()
	relayed := make(chan error, 1)
	go func() { relayed <- relay.Shutdown(ctx) }()
	err := handler.Shutdown(ctx, httpServer)
	if <-relayed != nil {
		logger.Warn("some relayed chats did not end in time")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		logger.Warn("some streams did not end in time")
		return nil
	}
	if err != nil {
		return fmt.Errorf("drain: %w", err)
	}
	return nil
}

func configure(ctx context.Context, flags flags, engines engines, logger *slog.Logger) (server.Config, error) {
	config := server.Config{
		Matchmaking:    engines.matchmaking,
		Signaling:      engines.signaling,
		MatchmakingURL: flags.MatchmakingURL,
		SignalingURL:   flags.SignalingURL,
		OriginTrials:   flags.OriginTrial,
		AllowedOrigins: flags.AllowedOrigins,
		TrustedProxies: flags.trustedProxies,
		Logger:         logger,
	}
	if flags.PublicURL != "" {
		config.PublicURL = strings.TrimSuffix(flags.PublicURL, "/") + "/"
	}
	if flags.Limits == "on" {
		config.Limits = server.DefaultLimits()
	}
	if flags.hasState() || flags.serves("turn") && flags.Turn.SecretFile == "" {
		load, err := keyLoader(flags)
		if err != nil {
			return config, err
		}
		if config.Keys, err = load(); err != nil {
			return config, err
		}
		onHangup(ctx, logger, "token keys", func() error { return replace(config.Keys, load) })
	}
	if flags.serves("web") {
		page, err := pageFiles(logger)
		if err != nil {
			return config, err
		}
		config.Page = page
	}
	return config, nil
}

// iceServers returns the STUN and TURN servers that clients are told.
func iceServers(ctx context.Context, flags flags, keys *token.Keyring, sockets turnSockets, logger *slog.Logger) (iceserver.List, error) {
	list := iceserver.List{Servers: slices.Clone(flags.iceServers), TURN: slices.Clone(flags.Turn.URL), RelayOnly: flags.ICEPolicy == "relay"}
	for _, server := range list.Servers {
		if server.Credential != "" {
			logger.Warn("--ice-server: everybody in a room can read the password of this TURN server; --turn-listen or --turn-url gives each a credential that expires", "server", server.URLs[0])
		}
	}
	if sockets.packet != nil {
		sockets.tell(&list)
	}
	if len(list.TURN) == 0 {
		return list, nil
	}
	var err error
	list.Secrets, err = turnSecrets(ctx, flags, keys, logger)
	return list, err
}

//go:embed unbuilt
var unbuilt embed.FS

// pageFiles returns the page, or one that explains how to build it.
func pageFiles(logger *slog.Logger) (fs.FS, error) {
	if web.Built() {
		return web.Files(), nil
	}
	logger.Warn("the Wasm client is not built: run make run, or go run ./wasmclient/web/build first")
	return fs.Sub(unbuilt, "unbuilt")
}

func newLogger(flags flags, stderr io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(flags.LogLevel)); err != nil {
		panic(err) // the flag's enum allows only levels
	}
	options := &slog.HandlerOptions{Level: level}
	if flags.LogFormat == "json" {
		return slog.New(redactlog.New(slog.NewJSONHandler(stderr, options)))
	}
	return slog.New(redactlog.New(slog.NewTextHandler(stderr, options)))
}

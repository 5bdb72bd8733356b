package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redactlog"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
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
	config, err := configure(ctx, flags, engines, logger)
	if err != nil {
		return err
	}
	handler, err := server.New(config)
	if err != nil {
		return err
	}
	httpServer := handler.HTTPServer()
	if err := useCertificate(ctx, flags, httpServer, logger); err != nil {
		return err
	}
	failed := make(chan error, 2)
	admin, err := serveAdmin(ctx, flags, handler.AdminServer(engines.ping), failed)
	if err != nil {
		return err
	}
	defer admin.close() // after the drain, so that readiness reports it
	listener, err := server.Listen(ctx, flags.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	fmt.Fprintf(stdout, "Serving %s on %s\n", strings.Join(flags.Services, ", "), flags.pageURL(listener.Addr()))
	if admin.url != "" {
		fmt.Fprintf(stdout, "Health and readiness are on %s\n", admin.url)
	}
	go func() {
		if flags.TLSCert != "" {
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
	return drain(flags, handler, httpServer, logger)
}

// drain ends every stream with a reason, waits for them, and cuts those that
// do not end in time.
func drain(flags flags, handler *server.Server, httpServer *http.Server, logger *slog.Logger) error {
	logger.Info("draining")
	ctx, cancel := context.WithTimeout(context.Background(), flags.DrainTimeout)
	defer cancel()
	err := handler.Shutdown(ctx, httpServer)
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
		ICEServers:     iceserver.List{Servers: flags.iceServers},
		MatchmakingURL: flags.MatchmakingURL,
		SignalingURL:   flags.SignalingURL,
		OriginTrials:   flags.OriginTrial,
		AllowedOrigins: flags.AllowedOrigins,
		TrustedProxies: flags.trustedProxies,
		Logger:         logger,
	}
	if flags.Limits == "on" {
		config.Limits = server.DefaultLimits()
	}
	if flags.hasState() {
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

// Package server puts the services and the page behind one http.Handler that
// speaks Connect, gRPC and gRPC-Web.
package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"

	"connectrpc.com/connect"
	"connectrpc.com/grpcreflect"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingrpc"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingrpc"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

const (
	// maxRequest bounds one request message: the largest legal one is a batch
	// of signals of 96 KB.
	maxRequest = 256 << 10
	// compressAbove turns the compression of responses off: they are small,
	// and compressing each costs a third of the CPU of a pairing.
	compressAbove = 1 << 30
)

// Config says what a Server serves.
type Config struct {
	// Matchmaking keeps the tickets. Nil: MatchmakingService is not served.
	Matchmaking matchmaking.Engine
	// Signaling keeps the rooms. Nil: SignalingService is not served.
	Signaling signaling.Engine
	// Keys sign and verify tokens. Needed for either service.
	Keys *token.Keyring
	// ICEServers are handed to the members of rooms.
	ICEServers iceserver.List
	// Page holds index.html, a template, and what it loads. Nil: no page.
	Page fs.FS
	// MatchmakingURL and SignalingURL are told to the page. Empty: the
	// origin it came from.
	MatchmakingURL, SignalingURL string
	// AllowedOrigins lists the origins, such as "https://chat.example.org",
	// whose pages may call the services from elsewhere. "*" is any. The
	// server's own origin need not be listed.
	AllowedOrigins []string
	// Logger hears of faults. Nil: slog.Default().
	Logger *slog.Logger
}

// Server is an http.Handler. All methods may be called at once.
type Server struct {
	handler http.Handler
	logger  *slog.Logger
	drain   context.CancelFunc
}

// New returns a server. It listens to nothing and starts nothing.
func New(config Config) (*Server, error) {
	if config.Keys == nil && (config.Matchmaking != nil || config.Signaling != nil) {
		return nil, errors.New("server: the services need token keys")
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	draining, drain := context.WithCancel(context.Background())
	mux := http.NewServeMux()
	names := config.mountServices(mux, draining)
	if config.Page != nil {
		page, err := newPage(config)
		if err != nil {
			drain()
			return nil, fmt.Errorf("server: %w", err)
		}
		mux.Handle("/", withDeadlines(page))
	}
	mountHealth(mux, names, draining)
	mountReflection(mux, names)
	return &Server{
		handler: withHeaders(withCORS(config.AllowedOrigins, mux)),
		logger:  config.Logger,
		drain:   drain,
	}, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Drain ends every stream with Detached{DRAINING}, at once for those that
// begin later. It cannot be undone.
func (s *Server) Drain() { s.drain() }

// mountServices adds the services and returns their names.
func (c Config) mountServices(mux *http.ServeMux, draining context.Context) []string {
	options := []connect.HandlerOption{
		connect.WithReadMaxBytes(maxRequest),
		connect.WithCompressMinBytes(compressAbove),
		connect.WithRecover(c.recoverPanic),
	}
	var names []string
	mount := func(name, path string, handler http.Handler) {
		names = append(names, name)
		mux.Handle(path, withDeadlines(handler))
	}
	if c.Matchmaking != nil {
		path, handler := matchmakingv1connect.NewMatchmakingServiceHandler(&matchmakingrpc.Handler{
			Engine: c.Matchmaking, Keys: c.Keys, Draining: draining, Logger: c.Logger,
		}, options...)
		mount(matchmakingv1connect.MatchmakingServiceName, path, handler)
	}
	if c.Signaling != nil {
		path, handler := signalingv1connect.NewSignalingServiceHandler(&signalingrpc.Handler{
			Engine: c.Signaling, Keys: c.Keys, ICEServers: c.ICEServers, Draining: draining, Logger: c.Logger,
		}, append(options, connect.WithInterceptors(signalingrpc.Authenticate(c.Keys)))...)
		mount(signalingv1connect.SignalingServiceName, path, handler)
	}
	return names
}

func (c Config) recoverPanic(ctx context.Context, spec connect.Spec, _ http.Header, panicked any) error {
	c.Logger.ErrorContext(ctx, "panic", "procedure", spec.Procedure, "panic", panicked)
	return connect.NewError(connect.CodeInternal, errors.New("internal"))
}

func mountReflection(mux *http.ServeMux, names []string) {
	reflector := grpcreflect.NewStaticReflector(append(names, healthName)...)
	mux.Handle(grpcreflect.NewHandlerV1(reflector, connect.WithReadMaxBytes(maxRequest)))
	mux.Handle(grpcreflect.NewHandlerV1Alpha(reflector, connect.WithReadMaxBytes(maxRequest)))
}

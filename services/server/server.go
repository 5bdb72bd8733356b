// Package server serves the services and the page with one http.Handler that
// speaks Connect, gRPC and gRPC-Web.
package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/caller"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

// Config says what a Server serves.
type Config struct {
	// Matchmaking keeps the tickets. Nil: MatchmakingService is not served.
	Matchmaking matchmaking.Engine
	// Signaling keeps the rooms. Nil: SignalingService is not served.
	Signaling signaling.Engine
	// Keys sign and verify tokens. Needed for either service.
	Keys *token.Keyring
	// ICEServers are sent to the members of rooms.
	ICEServers iceserver.List
	// Page holds the template index.html and the files it loads. Nil: no page.
	Page fs.FS
	// MatchmakingURL and SignalingURL are the services the page calls. Empty:
	// the origin of the page.
	MatchmakingURL, SignalingURL string
	// PublicURL is the address at which people open the page, ending with a slash, such as
	// "https://chat.example.org/". Previews of links to the page show its picture only
	// by a full address. Empty: the page names its picture by a relative one.
	PublicURL string
	// OriginTrials are tokens with which a browser turns features on for the page
	// that are not standard yet, such as SNAP for data channels (HTML has none of
	// this; see https://github.com/GoogleChrome/OriginTrials). Browsers ignore
	// those they do not know.
	OriginTrials []string
	// AllowedOrigins lists the origins, such as "https://chat.example.org",
	// whose pages may call the services from elsewhere. "*" is any. The
	// server's own origin need not be listed.
	AllowedOrigins []string
	// Limits are the limits of requests. Zero: none.
	Limits Limits
	// TrustedProxies are the addresses whose X-Forwarded-For is trusted.
	TrustedProxies []netip.Prefix
	// Logger logs errors. Nil: slog.Default().
	Logger *slog.Logger
}

// Server is an http.Handler. All methods are safe for concurrent use.
type Server struct {
	bounds      *bounds
	origins     origins
	anyHost     bool // requests may be for any host
	mux         *http.ServeMux
	connections *connections
	moved       moved
	logger      *slog.Logger
	leaving     context.Context // ends before the streams are told to
	leave       context.CancelFunc
	drain       context.CancelFunc
}

// New returns a server. It does not listen and starts no goroutine.
func New(config Config) (*Server, error) {
	if config.Keys == nil && (config.Matchmaking != nil || config.Signaling != nil) {
		return nil, errors.New("server: the services need token keys")
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	draining, drain := context.WithCancel(context.Background())
	leaving, leave := context.WithCancel(context.Background())
	mux := http.NewServeMux()
	names := config.mountServices(mux, draining)
	if config.Page != nil {
		page, err := newPage(config)
		if err != nil {
			drain()
			leave()
			return nil, fmt.Errorf("server: %w", err)
		}
		mux.Handle("/", page)
	}
	mountHealth(mux, names, draining)
	mountReflection(mux, names)
	origins := originsOf(config.AllowedOrigins)
	return &Server{
		bounds:      config.bounds(origins),
		origins:     origins,
		anyHost:     len(config.TrustedProxies) > 0,
		mux:         mux,
		connections: config.connections(),
		moved:       moved{logger: config.Logger},
		logger:      config.Logger,
		leaving:     leaving,
		leave:       leave,
		drain:       drain,
	}, nil
}

// ServeHTTP implements http.Handler. It does everything that comes before the
// services: a chain of handlers would double the stack of every stream that waits.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := s.newExchange(w, r)
	defer x.end()
	if admitted := s.admit(x, r); admitted != nil {
		handler, _ := s.mux.Handler(admitted)
		handler.ServeHTTP(x, admitted)
	}
}

// admit returns the request as the services see it, or nil after it has answered that
// the request is refused.
func (s *Server) admit(x *exchange, r *http.Request) *http.Request {
	addHeaders(x.Header(), r)
	var from caller.Caller
	if from, x.leave = s.bounds.admit(x, r); x.leave == nil {
		return nil
	}
	if s.origins.preflight(x, r) || !s.anyHost && misdirected(x, r) {
		return nil
	}
	clipHeaders(r.Header)
	return x.request(r, from)
}

// Shutdown drains s and shuts down the http.Server that serves it, when all streams
// and other requests have ended. It cuts those that have not when ctx ends, and
// returns the error of ctx then.
func (s *Server) Shutdown(ctx context.Context, server *http.Server) error {
	s.Drain()
	err := server.Shutdown(ctx)
	if err == nil {
		err = s.moved.wait(ctx)
	}
	if err != nil {
		s.moved.close()
		return errors.Join(err, server.Close())
	}
	return nil
}

// Drain makes the server unready, and then ends every stream with
// Detached{DRAINING}. Streams that begin later end at once. It cannot be undone.
func (s *Server) Drain() {
	s.leave()
	s.drain()
}

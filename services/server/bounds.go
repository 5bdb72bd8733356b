package server

import (
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/admission"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/caller"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/rpcerror"
)

// starts are the calls that make the server store something new.
var starts = map[string]bool{
	matchmakingv1connect.MatchmakingServiceFindMatchProcedure:   true,
	matchmakingv1connect.MatchmakingServiceCancelMatchProcedure: true,
	signalingv1connect.SignalingServiceJoinRoomProcedure:        true,
}

// How many refused requests may wait to be told so, for each address and in all.
const refusals, allRefusals = 32, 1024

// Limits are the limits of requests, for each address and for all together. An
// IPv6 network of 64 bits counts as one address.
type Limits struct {
	// Calls limits requests of every kind, for each address; AllCalls limits
	// them in all.
	Calls, AllCalls RequestLimits
	// Starts and AllStarts limit FindMatch, CancelMatch and JoinRoom in
	// addition.
	Starts, AllStarts RequestLimits
	// Connections limits how many connections one address may have open, but
	// for trusted proxies; AllConnections limits them in all. Zero: no limit.
	Connections, AllConnections int
}

// RequestLimits are limits of requests. A zero field is no limit.
type RequestLimits struct {
	// Open is how many may be open at once; a stream is open until it ends.
	Open int
	// Rate is how many may begin per second, and Burst how many at once after a
	// pause. With a Rate, Burst must be at least 1.
	Rate  float64
	Burst int
}

// DefaultLimits are large enough for a school or an office that shares one
// address.
func DefaultLimits() Limits {
	connections, allConnections := connectionLimits()
	return Limits{
		Connections: connections, AllConnections: allConnections,
		Calls:     RequestLimits{Open: 512, Rate: 300, Burst: 3000},
		AllCalls:  RequestLimits{Open: 16_000, Rate: 20_000, Burst: 20_000},
		Starts:    RequestLimits{Rate: 30, Burst: 500},
		AllStarts: RequestLimits{Rate: 5_000, Burst: 5_000},
	}
}

// bounds is the middleware that enforces the limits of addresses, before
// anything of a request's body is read.
type bounds struct {
	next          http.Handler
	proxies       []netip.Prefix
	calls, starts *admission.Gate
	refusals      *admission.Gate
	cors          func(http.Handler) http.Handler
	errors        *connect.ErrorWriter
	logger        *slog.Logger
	warn          sync.Once
}

func (c Config) withBounds(next http.Handler) http.Handler {
	cors := corsOf(c.AllowedOrigins)
	return &bounds{
		next:     cors(next),
		cors:     cors,
		proxies:  c.TrustedProxies,
		refusals: admission.NewGate(admission.Limits{Open: refusals}, admission.Limits{Open: allRefusals}),
		calls:    admission.NewGate(admission.Limits(c.Limits.Calls), admission.Limits(c.Limits.AllCalls)),
		starts:   admission.NewGate(admission.Limits(c.Limits.Starts), admission.Limits(c.Limits.AllStarts)),
		errors:   connect.NewErrorWriter(),
		logger:   c.Logger,
	}
}

func (b *bounds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	address, ignored := clientAddress(r, b.proxies)
	if ignored {
		b.warn.Do(func() {
			b.logger.Warn("X-Forwarded-For comes from an address that is no trusted proxy: all behind it share one set of limits")
		})
	}
	owner := ownerOf(address)
	leave, wait := b.enter(owner, starts[r.URL.Path])
	if leave == nil {
		b.refuse(w, r, owner, wait)
		return
	}
	defer leave()
	b.next.ServeHTTP(w, r.WithContext(caller.With(r.Context(), owner)))
}

func (b *bounds) enter(owner string, start bool) (leave func(), retryAfter time.Duration) {
	leaveCalls, wait := b.calls.Enter(owner)
	if leaveCalls == nil || !start {
		return leaveCalls, wait
	}
	leaveStarts, wait := b.starts.Enter(owner)
	if leaveStarts == nil {
		leaveCalls()
		return nil, wait
	}
	return func() {
		leaveStarts()
		leaveCalls()
	}, 0
}

// refuse answers that there are too many requests. A client that takes no
// answers gets none.
func (b *bounds) refuse(w http.ResponseWriter, r *http.Request, owner string, wait time.Duration) {
	leave, _ := b.refusals.Enter(owner)
	if leave == nil {
		panic(http.ErrAbortHandler) // resets the stream, or closes the connection
	}
	defer leave()
	b.cors(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.explain(w, r, wait) })).ServeHTTP(w, r)
	if kind := r.Header.Get("Content-Type"); kind != "application/grpc" && !strings.HasPrefix(kind, "application/grpc+") { // those are headers only
		http.NewResponseController(w).Flush() //nolint:errcheck // the refusal is open until it is written
	}
}

// explain writes the error in the protocol of the request.
func (b *bounds) explain(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	text := errors.New("too many requests")
	reasons, known := reasonsOf[serviceOf(r.URL.Path)]
	if !known {
		http.Error(w, text.Error(), http.StatusTooManyRequests)
		return
	}
	err := rpcerror.New(connect.CodeResourceExhausted, reasons.tooManyCalls, text, rpcerror.RetryAfter(wait))
	b.errors.Write(w, r, err) //nolint:errcheck // the caller has gone
}

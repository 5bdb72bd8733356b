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

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/admission"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/caller"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/rpcerror"
)

// How many refused requests may wait to be told so, for each address and in all.
const refusals, allRefusals = 32, 1024

// Limits are the limits of requests, for each address and for all together. An
// IPv6 network of 64 bits counts as one address. The larger networks that an
// address is in have some times the limits of one, see admission.CallersOf.
type Limits struct {
	// Calls limits requests for each address, AllCalls in all. There are four
	// kinds, and each has these limits for itself, so that those who wait take
	// nothing from those who have found somebody, and nobody takes the page
	// and the health checks: streams that may wait for very long, streams in
	// rooms, other calls of the services, and everything else.
	Calls, AllCalls RequestLimits
	// Starts and AllStarts limit FindMatch, CancelMatch and JoinRoom in
	// addition, each for itself.
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

// bounds enforces the limits of addresses, before anything of a request's body is
// read.
type bounds struct {
	proxies  []netip.Prefix
	kinds    kinds
	refusals *admission.Gate
	origins  origins
	errors   *connect.ErrorWriter
	logger   *slog.Logger
	warn     sync.Once
}

func (c Config) bounds(origins origins) *bounds {
	return &bounds{
		origins:  origins,
		proxies:  c.TrustedProxies,
		kinds:    c.Limits.kinds(),
		refusals: admission.NewGate(admission.Limits{Open: refusals}, admission.Limits{Open: allRefusals}),
		errors:   connect.NewErrorWriter(),
		logger:   c.Logger,
	}
}

// admit returns whose a request is. A refused one is answered, and leave is nil.
func (b *bounds) admit(w http.ResponseWriter, r *http.Request) (from caller.Caller, leave func()) {
	address, ignored := clientAddress(r, b.proxies)
	if ignored {
		b.warn.Do(func() {
			b.logger.Warn("X-Forwarded-For comes from an address that is no trusted proxy: all behind it share one set of limits")
		})
	}
	networks := admission.CallersOf(address)
	leave, wait := b.enter(r, networks)
	if leave == nil {
		b.refuse(w, r, networks, wait)
		return caller.Caller{}, nil
	}
	return caller.Caller{Owner: networks[0].Name, Network: crowdOf(address, networks)}, leave
}

func (b *bounds) enter(r *http.Request, networks []admission.Caller) (leave func(), retryAfter time.Duration) {
	calls, starts := b.kinds.gates(r)
	leaveCalls, wait := calls.Enter(networks...)
	if leaveCalls == nil || starts == nil {
		return leaveCalls, wait
	}
	leaveStarts, wait := starts.Enter(networks...)
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
func (b *bounds) refuse(w http.ResponseWriter, r *http.Request, networks []admission.Caller, wait time.Duration) {
	leave, _ := b.refusals.Enter(networks...)
	if leave == nil {
		panic(http.ErrAbortHandler) // resets the stream, or closes the connection
	}
	defer leave()
	if !b.origins.preflight(w, r) {
		b.explain(w, r, wait)
	}
	if kind := r.Header.Get("Content-Type"); kind != "application/grpc" && !strings.HasPrefix(kind, "application/grpc+") { // those are headers only
		http.NewResponseController(w).Flush() //nolint:errcheck // the refusal is open until it is written
	}
}

// explain writes the error in the protocol of the request.
func (b *bounds) explain(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	text := errors.New("too many requests")
	reasons, known := reasonsOf[serviceOf(r.URL.Path)]
	if !known && !b.errors.IsSupported(r) {
		http.Error(w, text.Error(), http.StatusTooManyRequests)
		return
	}
	err := connect.NewError(connect.CodeResourceExhausted, text)
	if known {
		err = rpcerror.New(connect.CodeResourceExhausted, reasons.tooManyCalls, text, rpcerror.RetryAfter(wait))
	}
	b.errors.Write(w, r, err) //nolint:errcheck // the caller has gone
}

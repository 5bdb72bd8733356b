package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	connectcors "connectrpc.com/cors"
	"github.com/rs/cors"
)

// preflightAge is how long browsers may cache a preflight. No browser accepts
// more than two hours.
const preflightAge = 2 * time.Hour

// secureFor is for how long browsers may come over TLS only (RFC 6797, section
// 6.1.1).
const secureFor = 365 * 24 * time.Hour

// The values of headers that every response has. They are shared, so that setting
// them allocates nothing.
var (
	nosniff = []string{"nosniff"}
	noStore = []string{"no-store, no-transform"}
	no      = []string{"no"}
	secure  = []string{fmt.Sprintf("max-age=%d", int(secureFor.Seconds()))}
)

// addHeaders adds the headers of every response. Proxies must not store
// responses, nor buffer them, because that breaks streams.
func addHeaders(header http.Header, r *http.Request) {
	header["X-Content-Type-Options"] = nosniff
	header["Cache-Control"] = noStore
	header["X-Accel-Buffering"] = no               // nginx
	if r.TLS != nil && !Loopback(hostOf(r.Host)) { // other programs of this machine may have no TLS
		header["Strict-Transport-Security"] = secure
	}
}

// origins lets the pages of some origins read responses.
type origins struct{ cors *cors.Cors } // nil: none but the server's own

func originsOf(allowed []string) origins {
	if len(allowed) == 0 {
		return origins{}
	}
	return origins{cors.New(cors.Options{
		AllowedOrigins: allowed,
		AllowedMethods: connectcors.AllowedMethods(),
		// connectrpc.com/cors lacks the header of the token, and those that
		// connect-go always sends with streams.
		AllowedHeaders: append(connectcors.AllowedHeaders(), "Authorization", "Connect-Accept-Encoding", "Connect-Content-Encoding"),
		ExposedHeaders: connectcors.ExposedHeaders(),
		MaxAge:         int(preflightAge.Seconds()),
	})}
}

// preflight adds the headers of CORS to a response. It reports whether the request
// only asks for them, and is answered.
func (o origins) preflight(w http.ResponseWriter, r *http.Request) bool {
	if o.cors == nil {
		return false
	}
	o.cors.HandlerFunc(w, r)
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

// contentSecurityPolicy lets the page load its own files, run WebAssembly and
// call the services, and nothing else.
func contentSecurityPolicy(origins ...string) string {
	slices.Sort(origins)
	connectTo := append([]string{"connect-src 'self'"}, slices.DeleteFunc(slices.Compact(origins), func(origin string) bool { return origin == "" })...)
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self' 'wasm-unsafe-eval'",
		"style-src 'self'",
		"img-src 'self' data: blob:", // blob: pictures that a person has accepted
		"manifest-src 'self'",
		strings.Join(connectTo, " "),
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

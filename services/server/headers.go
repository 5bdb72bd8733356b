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

// withHeaders adds the headers of every response. Proxies must not store
// responses, nor buffer them, because that breaks streams.
func withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Cache-Control", "no-store, no-transform")
		header.Set("X-Accel-Buffering", "no")          // nginx
		if r.TLS != nil && !Loopback(hostOf(r.Host)) { // other programs of this machine may have no TLS
			header.Set("Strict-Transport-Security", fmt.Sprintf("max-age=%d", int(secureFor.Seconds())))
		}
		next.ServeHTTP(w, r)
	})
}

// corsOf returns what lets pages of some origins read the responses of a handler.
func corsOf(origins []string) func(http.Handler) http.Handler {
	if len(origins) == 0 {
		return func(next http.Handler) http.Handler { return next }
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: connectcors.AllowedMethods(),
		// connectrpc.com/cors lacks the header of the token, and those that
		// connect-go always sends with streams.
		AllowedHeaders: append(connectcors.AllowedHeaders(), "Authorization", "Connect-Accept-Encoding", "Connect-Content-Encoding"),
		ExposedHeaders: connectcors.ExposedHeaders(),
		MaxAge:         int(preflightAge.Seconds()),
	}).Handler
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
		"img-src 'self' data:",
		strings.Join(connectTo, " "),
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

// Package limits bounds what a peer may make this side do.
package limits

import (
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/bucket"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"
)

// How much a peer may make this side do. Browsers gather 5 to 20 candidates at a
// time, and a repair makes an offer every few seconds; the rest is dropped. A
// peer that sends more messages that nobody reads is given up: a page would do
// nothing else than drop them.
const (
	candidatesAtOnce  = 64
	candidatesEvery   = time.Second / 4
	offersAtOnce      = 8
	offersEvery       = time.Second
	connectionsAtOnce = 4
	connectionsEvery  = 10 * time.Second
	ignoredAtOnce     = 256
	ignoredEvery      = time.Second / 64
)

// Allowance is what is left of that. It belongs to one goroutine, but for Ignored,
// which any goroutine may use.
type Allowance struct {
	candidates  *bucket.Bucket // remote ones, those in descriptions included: each costs packets to its address
	Offers      *bucket.Bucket // descriptions, and requests for one
	Connections *bucket.Bucket // that replace another
	Ignored     *bucket.Bucket // messages that are not delivered: pings, and what this side does not know
	loopback    bool           // candidates of this machine are accepted
}

// New returns the whole allowance. loopback accepts candidates of this machine.
func New(loopback bool) Allowance {
	return Allowance{
		loopback:    loopback,
		candidates:  bucket.New(candidatesEvery, candidatesAtOnce),
		Offers:      bucket.New(offersEvery, offersAtOnce),
		Connections: bucket.New(connectionsEvery, connectionsAtOnce),
		Ignored:     bucket.New(ignoredEvery, ignoredAtOnce),
	}
}

// OnThisMachine reports whether a server is on this machine, as while an
// application is developed: then its peers, and their relays, are there too.
func OnThisMachine(server string) bool {
	_, host := platform.ParseURL(server)
	host = strings.ToLower(strings.Trim(host, "[]")) // browsers leave the brackets of IPv6
	ip, ok := parseAddress(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ok && ip.loopback()
}

// Candidate reports whether a remote candidate may be used.
func (a *Allowance) Candidate(text string) bool {
	return reachable(text, a.loopback) && a.candidates.Allow()
}

// Description returns a remote description without the candidates that may not
// be used. Parsers take CR, LF or both for the end of a line.
func (a *Allowance) Description(sdp string) string {
	var kept strings.Builder
	for line := range strings.FieldsFuncSeq(sdp, func(r rune) bool { return r == '\r' || r == '\n' }) {
		const name = "a=candidate:"
		if is := len(line) >= len(name) && strings.EqualFold(line[:len(name)], name); !is || a.Candidate(line[len("a="):]) {
			kept.WriteString(line + "\r\n")
		}
	}
	return kept.String()
}

// reachable reports whether a candidate (RFC 8839, section 5.1) names a place
// where a peer can be: a stranger must not make this side call programs of its
// own machine, or many machines at once, nor open TCP connections in its
// network. Private addresses stay: two people of one network meet there, and
// nothing answers a check over UDP that does not know the password.
func reachable(candidate string, loopback bool) bool {
	fields := strings.Fields(candidate)
	if len(fields) < 6 {
		return false
	}
	transport, address := fields[2], fields[4]
	if strings.HasSuffix(address, ".local") { // a browser's name for its own address (mDNS)
		return true
	}
	ip, ok := parseAddress(address)
	switch {
	case !ok, ip.special():
		return false
	case ip.loopback():
		return loopback
	default:
		return !ip.private() || strings.EqualFold(transport, "udp")
	}
}

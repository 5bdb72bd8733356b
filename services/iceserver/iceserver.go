// Package iceserver describes the STUN and TURN servers that the server sends to
// clients.
package iceserver

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A List says which servers clients are told.
type List struct {
	// Servers are told as they are.
	Servers []Server
	// TURN are the URLs of servers for which each member of a room gets a credential of
	// its own, made with Secrets.
	TURN []string
	// Secrets returns the current secrets. It may be called by several goroutines at
	// once. Needed with TURN.
	Secrets func() Secrets
	// Validity is how long a credential is valid at least, in whole seconds from 5; at
	// most a fifth longer. Zero: an hour.
	Validity time.Duration
	// RelayOnly tells clients to connect by relays only.
	RelayOnly bool
}

// Open returns the servers that need no credential.
func (l List) Open() []Server {
	var open []Server
	for _, server := range l.Servers {
		if server.Username == "" && server.Credential == "" {
			open = append(open, server)
		}
	}
	return open
}

// Relays reports whether the members of rooms are told a TURN server.
func (l List) Relays() bool {
	return len(l.TURN) > 0 || slices.ContainsFunc(l.Servers, func(server Server) bool {
		return slices.ContainsFunc(server.URLs, func(url string) bool { return strings.HasPrefix(url, "turn") })
	})
}

// For returns the servers for one member of a room, and how long its credentials are
// valid. Zero: for ever.
func (l List) For(room, member string, now time.Time) (servers []Server, valid time.Duration) {
	if len(l.TURN) == 0 {
		return l.Servers, 0
	}
	least := l.Validity
	if least == 0 {
		least = validity
	}
	username, password, valid := l.Secrets().credential(room, member, now, least)
	return append(slices.Clone(l.Servers), Server{URLs: l.TURN, Username: username, Credential: password}), valid
}

// A Server is an RTCIceServer of W3C WebRTC.
type Server struct {
	URLs                 []string
	Username, Credential string
}

// CheckTURN reports a URL that is not that of a TURN server (RFC 7065), such as
//
//	turn:turn.example.org:3478?transport=udp
func CheckTURN(text string) error {
	scheme, rest, _ := strings.Cut(text, ":")
	if scheme != "turn" && scheme != "turns" || strings.Contains(rest, "@") {
		return errors.New("TURN server must be a URL such as turn:turn.example.org:3478?transport=udp, without credentials")
	}
	name, err := url.Parse("//" + rest)
	if err != nil || name.Hostname() == "" || name.Path != "" || !slices.Contains([]string{"", "transport=udp", "transport=tcp"}, name.RawQuery) {
		return fmt.Errorf("%q does not name a TURN server, as turn:turn.example.org:3478?transport=udp does", text)
	}
	return nil
}

// Parse parses one server as an operator writes it: a stun:, stuns:, turn: or
// turns: URL (RFC 7064, RFC 7065). A TURN URL has "user:password@" before the
// host; both are percent-encoded where needed:
//
//	stun:stun.example.org:3478
//	turn:alice:secret@turn.example.org:3478?transport=udp
//
// The error never holds the credentials.
func Parse(text string) (Server, error) {
	scheme, rest, found := strings.Cut(text, ":")
	if !found || !slices.Contains([]string{"stun", "stuns", "turn", "turns"}, scheme) {
		return Server{}, fmt.Errorf("ICE server must begin with stun:, stuns:, turn: or turns: and name a host")
	}
	userinfo, host := "", rest
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		userinfo, host = rest[:at], rest[at+1:]
	}
	server := Server{URLs: []string{scheme + ":" + host}}
	if name, err := url.Parse("//" + host); err != nil || name.Hostname() == "" || name.Path != "" {
		return Server{}, fmt.Errorf("ICE server of scheme %s must name a host", scheme)
	}
	if userinfo != "" {
		user, password, _ := strings.Cut(userinfo, ":")
		var err1, err2 error
		server.Username, err1 = url.PathUnescape(user)
		server.Credential, err2 = url.PathUnescape(password)
		if err1 != nil || err2 != nil {
			return Server{}, fmt.Errorf("ICE server %s: credentials must be percent-encoded", host)
		}
	}
	if strings.HasPrefix(scheme, "turn") && (server.Username == "" || server.Credential == "") {
		return Server{}, fmt.Errorf("ICE server %s:%s needs user:password@ before the host", scheme, host)
	}
	return server, nil
}

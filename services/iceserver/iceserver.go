// Package iceserver describes the STUN and TURN servers that the server sends to
// clients.
package iceserver

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A List is sent to clients.
type List struct {
	Servers []Server
	// ExpiresIn is how long the credentials are valid. Zero: for ever.
	ExpiresIn time.Duration
}

// Open returns the list of the servers that need no credential.
func (l List) Open() List {
	var open List
	for _, server := range l.Servers {
		if server.Username == "" && server.Credential == "" {
			open.Servers = append(open.Servers, server)
		}
	}
	return open
}

// A Server is an RTCIceServer of W3C WebRTC.
type Server struct {
	URLs                 []string
	Username, Credential string
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

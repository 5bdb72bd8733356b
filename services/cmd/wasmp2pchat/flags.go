package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

type flags struct {
	// Each help fits one line of 80 columns; the README says more.
	Listen   string   `default:"localhost:8080" help:"Where to serve: HOST:PORT, unix:PATH or fd:N."`
	Services []string `default:"matchmaking,signaling,web" enum:"matchmaking,signaling,web,turn" placeholder:"NAME" help:"Any of matchmaking, signaling, web, turn."`

	MatchmakingURL string   `placeholder:"URL" help:"Matchmaking, for a page served apart from it."`
	SignalingURL   string   `placeholder:"URL" help:"Signaling, for a page served apart from it."`
	PublicURL      string   `placeholder:"URL" help:"Address of the page, for link previews."`
	OriginTrial    []string `sep:"none" placeholder:"TOKEN" help:"Trial token of browsers for the page."`
	AllowedOrigins []string `placeholder:"URL" help:"Origins of other pages to allow; * is any."`

	Engine       string   `default:"memory" help:"Store of state: memory or redis://host:6379."`
	TokenKeyFile string   `placeholder:"FILE" help:"Keys of room tokens; services apart share it."`
	TLSCert      string   `name:"tls-cert" placeholder:"FILE" help:"Certificate (PEM) to serve HTTPS with."`
	TLSKey       string   `name:"tls-key" placeholder:"FILE" help:"Private key (PEM) of --tls-cert."`
	ICEServer    []string `name:"ice-server" placeholder:"URL" help:"STUN or TURN server for clients; repeatable."`
	ICEPolicy    string   `name:"ice-policy" default:"all" enum:"all,relay" help:"How people connect: all ways, or by relay."`

	Turn turnFlags `embed:"" prefix:"turn-"`

	TrustedProxies []string `placeholder:"IP" help:"Proxies to trust, IP or CIDR."`

	AdminListen  string        `placeholder:"ADDRESS" help:"Address of /healthz and /readyz; not public."`
	JoinTimeout  time.Duration `default:"8s" help:"Time for all members of a match to join."`
	DrainTimeout time.Duration `default:"10s" help:"Time for streams to end after SIGTERM."`
	MemoryLimit  string        `default:"auto" placeholder:"SIZE" help:"Memory to use: auto, off or as in 512MiB."`
	Limits       string        `default:"on" enum:"on,off" help:"Limits of the server; off for load tests."`

	LogLevel  string           `default:"info" enum:"debug,info,warn,error" help:"Lowest level: debug, info, warn or error."`
	LogFormat string           `default:"text" enum:"text,json" help:"Form of the log: text or json."`
	Version   kong.VersionFlag `env:"-" help:"Print the version and exit."`

	iceServers     []iceserver.Server
	trustedProxies []netip.Prefix
}

// longestTrial bounds an origin trial token, which has a few hundred characters.
const longestTrial = 4096

func (f *flags) serves(service string) bool { return slices.Contains(f.Services, service) }

// inMemory reports whether tickets and rooms are in this process's memory.
func (f *flags) inMemory() bool { return f.Engine == "memory" }

// hasState reports whether this process has tickets or rooms.
func (f *flags) hasState() bool { return f.serves("matchmaking") || f.serves("signaling") }

// check reports flags that do not fit together, and reads --ice-server and
// --trusted-proxies.
func (f *flags) check() error {
	if _, err := memoryLimit(f.MemoryLimit); err != nil {
		return fmt.Errorf("--memory-limit: %w", err)
	}
	for _, text := range f.ICEServer {
		server, err := iceserver.Parse(text)
		if err != nil {
			return fmt.Errorf("--ice-server: %w", err)
		}
		f.iceServers = append(f.iceServers, server)
	}
	if err := f.checkTURN(); err != nil {
		return err
	}
	for _, text := range f.TrustedProxies {
		network, err := parseNetwork(text)
		if err != nil {
			return fmt.Errorf("--trusted-proxies: %w", err)
		}
		f.trustedProxies = append(f.trustedProxies, network)
	}
	if err := server.CheckAddress(f.Listen); err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if f.AdminListen != "" {
		if err := server.CheckAddress(f.AdminListen); err != nil {
			return fmt.Errorf("--admin-listen: %w", err)
		}
	}
	for _, text := range f.OriginTrial {
		if _, err := base64.StdEncoding.DecodeString(text); err != nil || text == "" || len(text) > longestTrial || strings.ContainsAny(text, "\r\n") {
			return errors.New("--origin-trial must be a token in base64, as the maker of the browser issues it")
		}
	}
	switch {
	case len(f.Services) == 0:
		return errors.New("--services: names no service")
	case (f.TLSCert == "") != (f.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case f.serves("matchmaking") != f.serves("signaling") && f.TokenKeyFile == "":
		return errors.New("matchmaking and signaling run apart: both need the same --token-key-file")
	case f.serves("turn") && !f.hasState() && f.TokenKeyFile == "" && f.Turn.SecretFile == "":
		return errors.New("turn runs apart from signaling: both need the same --token-key-file")
	case !f.inMemory() && !isStore(f.Engine):
		// The invalid part may be a password, so the error quotes nothing.
		return errors.New("--engine must be memory or a URL such as redis://user:password@host:6379, its password percent-encoded")
	case !f.inMemory() && f.hasState() && f.TokenKeyFile == "":
		return errors.New("nodes that share an --engine need the same --token-key-file")
	case f.JoinTimeout <= 0 || f.DrainTimeout <= 0:
		return errors.New("--join-timeout and --drain-timeout must be positive")
	}
	for _, allowed := range f.AllowedOrigins {
		if err := checkOrigin(allowed); err != nil {
			return err
		}
	}
	if f.PublicURL != "" && !isHTTP(f.PublicURL) {
		return errors.New("--public-url must be an http:// or https:// URL")
	}
	return errors.Join(
		f.checkServiceURL("matchmaking", f.MatchmakingURL),
		f.checkServiceURL("signaling", f.SignalingURL),
	)
}

// checkTURN reads the flags of TURN. With --turn-listen, turn is served.
func (f *flags) checkTURN() error {
	if err := f.Turn.check(f.TLSCert); err != nil {
		return err
	}
	static := slices.ContainsFunc(f.iceServers, func(s iceserver.Server) bool { return s.Credential != "" })
	switch {
	case f.serves("turn") && f.Turn.Listen == "":
		return errors.New("--services turn needs --turn-listen")
	case f.ICEPolicy == "relay" && f.Turn.Listen == "" && len(f.Turn.URL) == 0 && !static:
		return errors.New("--ice-policy relay needs a TURN server: --turn-listen or --turn-url")
	case f.Turn.Listen != "" && !f.serves("turn"):
		f.Services = append(f.Services, "turn")
	}
	return nil
}

// checkServiceURL checks that the page can call a service at the URL.
func (f *flags) checkServiceURL(service, text string) error {
	if text == "" {
		if f.serves("web") && !f.serves(service) {
			return fmt.Errorf("the page needs --%s-url, as %s is not served here", service, service)
		}
		return nil
	}
	if !isHTTP(text) {
		return fmt.Errorf("--%s-url must be an http:// or https:// URL", service)
	}
	if parsed, err := url.Parse(text); err == nil && f.TLSCert != "" && f.serves("web") && parsed.Scheme == "http" && !server.Loopback(parsed.Hostname()) {
		return fmt.Errorf("--%s-url: a page served over HTTPS cannot call a plain http:// URL, use https://", service)
	}
	return nil
}

// isHTTP reports whether a text is the URL of something that is served over HTTP, without a password.
func isHTTP(text string) bool {
	parsed, err := url.Parse(text)
	return err == nil && parsed.Host != "" && parsed.User == nil && (parsed.Scheme == "http" || parsed.Scheme == "https")
}

func isStore(text string) bool {
	_, err := redisstore.Parse(text)
	return err == nil
}

func checkOrigin(text string) error {
	parsed, err := url.Parse(text)
	if text == "*" || err == nil && (parsed.Scheme == "http" || parsed.Scheme == "https") && text == parsed.Scheme+"://"+parsed.Host && parsed.Host != "" {
		return nil
	}
	return fmt.Errorf("--allowed-origins: %q is not an origin such as https://chat.example.org", text)
}

// parseNetwork parses a network such as 10.0.0.0/8, or one address.
func parseNetwork(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return network, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", text)
	}
	return network.Masked(), nil
}

// pageURL returns the URL to open in a browser for a listener on address.
func (f *flags) pageURL(address net.Addr) string {
	if address.Network() == "unix" {
		return "unix:" + address.String()
	}
	scheme := "http"
	if f.TLSCert != "" {
		scheme = "https"
	}
	host, _, err := net.SplitHostPort(f.Listen)
	_, port, err2 := net.SplitHostPort(address.String())
	if err != nil || err2 != nil {
		return scheme + "://" + address.String()
	}
	if listening, err := netip.ParseAddr(host); host == "" || err == nil && listening.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

//go:build linux

package turnserver_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking/matchmakingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver/nattest"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// roleVariable names the environment variable that makes this test program something
// else than a peer: the name of a role, and its argument after a space.
const roleVariable = "WASMP2PCHAT_NAT_ROLE"

var roles = map[string]func(argument string) error{"short": serveShort, "recorder": record, "ears": listenAll, "probe": probe, "check": check}

// playRole reports whether this process was another one than that of the tests.
func playRole() bool {
	name, argument, _ := strings.Cut(os.Getenv(roleVariable), " ")
	if name == "" {
		return false
	}
	if err := roles[name](argument); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

// The times of serveShort: a credential's, and those of an allocation, which is
// refreshed twice as often.
const (
	shortValidity = 5 * time.Second
	shortLifetime = 3 * time.Second
)

// serveShort serves both services and a relay whose credentials are valid for seconds.
func serveShort(string) error {
	secrets := func() iceserver.Secrets { return iceserver.Secrets{secret} }
	relay, err := turnserver.New(turnserver.Config{
		Secrets: secrets, PublicIPs: []netip.Addr{netip.MustParseAddr(nattest.Relay)}, RelayPorts: turnserver.Ports{From: 49152, To: 65535}, Lifetime: shortLifetime,
	})
	if err != nil {
		return err
	}
	packet, err := net.ListenPacket("udp4", nattest.Relay+":3478")
	if err != nil {
		return err
	}
	go func() { _ = relay.Serve(context.Background(), []net.PacketConn{packet}, nil) }()
	keys, err := token.ParseKeyring(token.NewKeyFile())
	if err != nil {
		return err
	}
	handler, err := server.New(server.Config{
		Matchmaking: matchmakingmem.New(matchmakingmem.Config{}), Signaling: signalingmem.New(signalingmem.Config{}),
		Keys: keys, Logger: slog.New(slog.DiscardHandler),
		ICEServers: iceserver.List{TURN: []string{"turn:" + nattest.Relay + ":3478?transport=udp"}, Secrets: secrets, Validity: shortValidity},
	})
	if err != nil {
		return err
	}
	return serveHTTP(nattest.Services+":80", handler)
}

// serveHTTP prints that it serves, and goes on until the end of the input.
func serveHTTP(address string, handler http.Handler) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	go func() { _ = http.Serve(listener, handler) }()
	fmt.Println("serving")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return nil
}

// record passes calls on to the program, and writes their bodies into a file.
func record(file string) error {
	bodies, err := os.Create(file)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	target := &url.URL{Scheme: "http", Host: "127.0.0.1:8080"}
	proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.SetXForwarded()
	}}
	return serveHTTP(nattest.Services+":80", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if packed, err := gzip.NewReader(bytes.NewReader(body)); err == nil {
			if plain, err := io.ReadAll(packed); err == nil {
				body = plain
			}
		}
		mu.Lock()
		_, _ = fmt.Fprintf(bodies, "%s %q\n", r.URL.Path, body)
		mu.Unlock()
		proxy.ServeHTTP(w, r)
	}))
}

// earPorts are those on which listenAll listens: of services that trust their network,
// and one beside those of the relay.
var earPorts = []int{53, 1900, 5353, 6379, 11211, 50_000}

// listenAll prints what arrives on earPorts, on all addresses.
func listenAll(string) error {
	for _, port := range earPorts {
		ear, err := net.ListenPacket("udp4", ":"+strconv.Itoa(port))
		if err != nil {
			return err
		}
		go func() {
			for buffer := make([]byte, 1500); ; {
				n, _, err := ear.ReadFrom(buffer)
				if err != nil {
					return
				}
				fmt.Println(string(buffer[:n]))
			}
		}()
	}
	fmt.Println("listening")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return nil
}

// probing says what probe tries from a home. probed is what came of it.
type (
	probing struct {
		STUN        []string             // servers that are asked for the own address
		Server      string               // of the following
		Credentials map[string][2]string // by what is special about them
		Peers       []string             // to whom each text is relayed that is their own address
	}
	probed struct {
		Mapped    []string          // addresses of one socket, as the servers of STUN see it
		Refused   map[string]string // errors, by the credential
		Allocated map[string]bool
		Unsent    map[string]string // errors, by the peer
	}
)

// good is the credential that relays to the peers.
const good = "good"

// probe reads a probing as JSON and prints a probed.
func probe(argument string) error {
	var do probing
	if err := json.Unmarshal([]byte(argument), &do); err != nil {
		return err
	}
	done := probed{Refused: map[string]string{}, Allocated: map[string]bool{}, Unsent: map[string]string{}}
	socket, err := net.ListenPacket("udp4", ":5000")
	if err != nil {
		return err
	}
	asks, err := turn.NewClient(&turn.ClientConfig{Conn: socket, LoggerFactory: silent()})
	if err != nil {
		return err
	}
	if err := asks.Listen(); err != nil {
		return err
	}
	for _, address := range do.STUN {
		at, err := net.ResolveUDPAddr("udp4", address)
		if err != nil {
			return err
		}
		mapped, err := asks.SendBindingRequestTo(at)
		if err != nil {
			return err
		}
		done.Mapped = append(done.Mapped, mapped.String())
	}
	for name, credential := range do.Credentials {
		relayed, err := allocate(do.Server, credential)
		if err != nil {
			done.Refused[name] = err.Error()
			continue
		}
		done.Allocated[name] = true
		if name != good {
			continue
		}
		for _, peer := range do.Peers {
			at, err := net.ResolveUDPAddr("udp4", peer)
			if err != nil {
				return err
			}
			if _, err := relayed.WriteTo([]byte(peer), at); err != nil {
				done.Unsent[peer] = err.Error()
			}
		}
	}
	return json.NewEncoder(os.Stdout).Encode(done)
}

func allocate(server string, credential [2]string) (net.PacketConn, error) {
	socket, err := net.ListenPacket("udp4", ":0")
	if err != nil {
		return nil, err
	}
	client, err := turn.NewClient(&turn.ClientConfig{
		STUNServerAddr: server, TURNServerAddr: server, Conn: socket, Username: credential[0], Password: credential[1], LoggerFactory: silent(),
	})
	if err != nil {
		return nil, err
	}
	if err := client.Listen(); err != nil {
		return nil, err
	}
	return client.Allocate()
}

func silent() logging.LoggerFactory {
	return &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled}
}

// check prints what p2p.Client.Check finds at a server, as JSON.
func check(url string) error {
	checkup, err := p2p.NewClient(url).Check(context.Background())
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(checkup)
}

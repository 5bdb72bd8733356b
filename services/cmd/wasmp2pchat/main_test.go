package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/goleak"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

func TestMain(m *testing.M) {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "WASMP2PCHAT_") {
			os.Unsetenv(name) //nolint:errcheck // the name comes from the environment
		}
	}
	goleak.VerifyTestMain(m, redistest.Leftovers()...)
}

func TestUsageErrors(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"unknown flag":             {[]string{"--lisen", ":0"}, "--lisen"},
		"argument":                 {[]string{"serve"}, "serve"},
		"no address":               {[]string{"--listen", ""}, "--listen"},
		"no port":                  {[]string{"--listen", "localhost"}, "--listen"},
		"no path":                  {[]string{"--listen", "unix:"}, "--listen"},
		"no socket":                {[]string{"--listen", "fd:0"}, "--listen"},
		"no admin port":            {[]string{"--admin-listen", "localhost"}, "--admin-listen"},
		"no service":               {[]string{"--services", ""}, "--services"},
		"unknown service":          {[]string{"--services", "chat"}, "--services"},
		"matchmaking without keys": {[]string{"--services", "matchmaking"}, "--token-key-file"},
		"signaling without keys":   {[]string{"--services", "signaling,web", "--matchmaking-url", "http://localhost:1"}, "--token-key-file"},
		"page without matchmaking": {[]string{"--services", "web", "--signaling-url", "http://localhost:1"}, "--matchmaking-url"},
		"page without signaling":   {[]string{"--services", "web", "--matchmaking-url", "http://localhost:1"}, "--signaling-url"},
		"empty trial":              {[]string{"--origin-trial", ""}, "--origin-trial"},
		"trial of two lines":       {[]string{"--origin-trial", "QQ==\nQQ=="}, "--origin-trial"},
		"endless trial":            {[]string{"--origin-trial", strings.Repeat("A", 8192)}, "--origin-trial"},
		"strange URL":              {[]string{"--matchmaking-url", "localhost:8081"}, "--matchmaking-url"},
		"strange public URL":       {[]string{"--public-url", "chat.example.org"}, "--public-url"},
		"certificate without key":  {[]string{"--tls-cert", "cert.pem"}, "--tls-key"},
		"secure page, plain service": {[]string{
			"--tls-cert", "cert.pem", "--tls-key", "key.pem", "--signaling-url", "http://signal.example.org",
		}, "https://"},
		"origin with a path":  {[]string{"--allowed-origins", "https://example.org/"}, "--allowed-origins"},
		"origin without http": {[]string{"--allowed-origins", "example.org"}, "--allowed-origins"},
		"ICE server":          {[]string{"--ice-server", "http://example.org"}, "--ice-server"},
		"TURN anywhere":       {[]string{"--turn-listen", ":3478"}, "--turn-public-ip"},
		"TURN on all of IPv6": {[]string{"--turn-listen", "[::]:3478"}, "--turn-public-ip"},
		"TURN on no port":     {[]string{"--turn-listen", "127.0.0.1"}, "--turn-listen"},
		"TURN of nobody":      {[]string{"--turn-public-ip", "203.0.113.7"}, "--turn-listen"},
		"public IP":           {[]string{"--turn-listen", ":3478", "--turn-public-ip", "example.org"}, "--turn-public-ip"},
		"unspecified IP":      {[]string{"--turn-listen", ":3478", "--turn-public-ip", "0.0.0.0"}, "--turn-public-ip"},
		"two public IPs":      {[]string{"--turn-listen", ":3478", "--turn-public-ip", "203.0.113.7", "--turn-public-ip", "203.0.113.8"}, "--turn-public-ip"},
		"relay ports":         {[]string{"--turn-relay-ports", "9-1"}, "--turn-relay-ports"},
		"one relay port":      {[]string{"--turn-relay-ports", "49152"}, "--turn-relay-ports"},
		"TURN URL":            {[]string{"--turn-url", "stun:example.org"}, "--turn-url"},
		"TURN URL's password": {[]string{"--turn-url", "turn:user:secret@example.org"}, "--turn-url"},
		"peers of labs":       {[]string{"--turn-allow-peer", "lab"}, "--turn-allow-peer"},
		"bandwidth":           {[]string{"--turn-bandwidth", "-1"}, "--turn-bandwidth"},
		"TURN without TLS":    {[]string{"--turn-listen", "127.0.0.1:0", "--turn-tls-listen", "127.0.0.1:0"}, "--tls-cert"},
		"TURN nowhere":        {[]string{"--services", "turn"}, "--turn-listen"},
		"TURN without keys":   {[]string{"--services", "turn", "--turn-listen", "127.0.0.1:0"}, "--token-key-file"},
		"relay without TURN":  {[]string{"--ice-policy", "relay"}, "--turn-listen"},
		"ICE policy":          {[]string{"--ice-policy", "none"}, "--ice-policy"},
		"join timeout":        {[]string{"--join-timeout", "0s"}, "--join-timeout"},
		"trusted proxies":     {[]string{"--trusted-proxies", "proxy.example.org"}, "--trusted-proxies"},
		"limits":              {[]string{"--limits", "maybe"}, "--limits"},
		"log level":           {[]string{"--log-level", "loud"}, "--log-level"},
		"engine":              {[]string{"--engine", "disk", "--token-key-file", "f"}, "--engine"},
		"engine's password":   {[]string{"--engine", "redis://user:secret/part@host", "--token-key-file", "f"}, "percent-encoded"},
		"engine without keys": {[]string{"--engine", "redis://localhost:6379"}, "--token-key-file"},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(t.Context(), test.args, io.Discard, io.Discard)
			var usage *usageError
			if !errors.As(err, &usage) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v, want one line of usage about %s", err, test.want)
			}
		})
	}
}

func TestRuntimeErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for name, args := range map[string][]string{
		"no key file":    {"--token-key-file", missing},
		"no certificate": {"--tls-cert", missing, "--tls-key", missing, "--token-key-file", keyFile(t)},
		"endless file":   {"--tls-cert", "/dev/zero", "--tls-key", "/dev/zero", "--token-key-file", keyFile(t)},
		"no such host":   {"--listen", "256.0.0.1:0", "--token-key-file", keyFile(t)},
		"no admin host":  {"--admin-listen", "256.0.0.1:0", "--token-key-file", keyFile(t)},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(t.Context(), args, io.Discard, io.Discard)
			var usage *usageError
			if err == nil || errors.As(err, &usage) {
				t.Errorf("error %v, want one that is not about usage", err)
			}
		})
	}
}

func TestLoopbackPagesMayCallPlainServices(t *testing.T) {
	for _, host := range []string{"localhost:1", "127.0.0.1:1", "[::1]:1", "signal.localhost"} {
		flags := flags{
			Listen: ":0", Engine: "memory", Services: []string{"web"}, TLSCert: "c", TLSKey: "k", JoinTimeout: 1, DrainTimeout: 1, MemoryLimit: "auto", Turn: turnFlags{RelayPorts: "1-2"},
			MatchmakingURL: "https://match.example.org", SignalingURL: "http://" + host,
		}
		if err := flags.check(); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestHelpHasALineForEachFlag(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"--help"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	_, lines, _ := strings.Cut(out.String(), "Flags:\n")
	for _, flag := range []string{
		"listen", "services", "matchmaking-url", "signaling-url", "public-url", "token-key-file", "tls-cert", "tls-key",
		"origin-trial", "allowed-origins", "ice-server", "ice-policy", "turn-listen", "turn-tls-listen", "turn-public-ip", "turn-relay-ports",
		"turn-secret-file", "turn-url", "turn-allow-peer", "turn-max-allocations", "turn-bandwidth", "turn-max-bytes", "trusted-proxies", "engine", "admin-listen", "join-timeout", "drain-timeout", "memory-limit",
		"limits", "log-level", "log-format", "version",
	} {
		explained := regexp.MustCompile(`(?m)^ +--` + flag + `\S* +\w.*\.$`)
		if !explained.MatchString(lines) {
			t.Errorf("--help does not explain --%s in one line:\n%s", flag, lines)
		}
	}
}

// program is a running program.
type program struct {
	url   string
	admin string // URL of --admin-listen, if given
	stop  context.CancelFunc
	done  chan error
}

// start runs the program with the arguments on a free port and waits until it
// prints its address.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p := &program{stop: cancel, done: make(chan error, 1)}
	reader, writer := io.Pipe()
	var running sync.WaitGroup
	running.Go(func() {
		p.done <- run(ctx, append([]string{"--listen", "127.0.0.1:0"}, args...), writer, io.Discard)
		writer.Close() //nolint:errcheck // closing a pipe cannot fail
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	lines := bufio.NewReader(reader)
	url := func() string {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("start: %v", <-p.done)
		}
		return strings.TrimSpace(line[strings.LastIndex(line, " "):])
	}
	p.url = url()
	if slices.Contains(args, "--admin-listen") {
		p.admin = url()
	}
	running.Go(func() { _, _ = io.Copy(io.Discard, lines) })
	return p
}

func keyFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token.keys")
	if err := os.WriteFile(path, token.NewKeyFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func httpClient(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// TestDrain stops the program while somebody waits: the stream must end with
// a reason and the program without an error.
func TestDrain(t *testing.T) {
	t.Setenv("WASMP2PCHAT_TOKEN_KEY_FILE", keyFile(t))
	p := start(t)
	client := matchmakingv1connect.NewMatchmakingServiceClient(httpClient(t), p.url)
	stream, err := client.FindMatch(t.Context(), &matchmakingv1.FindMatchRequest{RequestId: "00000000-0000-4000-8000-000000000001"})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close() //nolint:errcheck // it has ended
	if !stream.Receive() || stream.Msg().GetQueued() == nil {
		t.Fatalf("received %v, %v, want queued", stream.Msg(), stream.Err())
	}
	p.stop()
	if !stream.Receive() || stream.Msg().GetDetached().GetReason() != matchmakingv1.Detached_REASON_DRAINING {
		t.Errorf("received %v, %v, want detached for draining", stream.Msg(), stream.Err())
	}
	select {
	case err := <-p.done:
		if err != nil {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("did not end")
	}
}

// TestServicesApart uses a token of one process in others. It must be accepted by
// the process with the same keys, and by no other.
func TestServicesApart(t *testing.T) {
	keys := keyFile(t)
	matchmaking := start(t, "--services", "matchmaking", "--token-key-file", keys)
	signaling := start(t, "--services", "signaling", "--token-key-file", keys)
	stranger := start(t, "--services", "signaling", "--token-key-file", keyFile(t))

	roomToken := matchedToken(t, matchmaking, httpClient(t))
	servers := func(url string) error {
		ctx, call := connect.NewClientContext(t.Context())
		call.RequestHeader().Set("Authorization", "Bearer "+roomToken)
		_, err := signalingv1connect.NewSignalingServiceClient(httpClient(t), url).GetIceServers(ctx, &signalingv1.GetIceServersRequest{})
		return err
	}
	if err := servers(signaling.url); err != nil {
		t.Errorf("same keys: %v", err)
	}
	if err := servers(stranger.url); connect.CodeOf(err) != connect.CodeUnauthenticated {
		t.Errorf("other keys: %v, want unauthenticated", err)
	}
	if err := servers(matchmaking.url); connect.CodeOf(err) != connect.CodeUnimplemented {
		t.Errorf("a process that serves matchmaking alone: %v, want unimplemented", err)
	}
}

func TestKeysAreMadeOnFirstUse(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	for range 2 {
		p := start(t)
		p.stop()
		if err := <-p.done; err != nil {
			t.Fatal(err)
		}
	}
	if _, err := token.LoadKeyFile(filepath.Join(state, "wasmp2pchat", "token.keys")); err != nil {
		t.Error(err)
	}
}

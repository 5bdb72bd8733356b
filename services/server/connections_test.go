package server_test

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// TestIdleConnectionsMakeRoom opens far more connections than there may be, most
// from one address, and leaves them idle: everybody is served, and the log says
// so once.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	t.Parallel()
	for name, secured := range map[string]bool{"plain": false, "TLS": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := new(lockedBuffer)
			limits := server.Limits{Connections: 20, AllConnections: 30}
			listening := listen(t, newServer(t, server.Config{Limits: limits, Logger: slog.New(slog.NewTextHandler(log, nil))}), secured)
			var opened []net.Conn
			open := func(address string) net.Conn {
				opened = append(opened, dial(t, listening.URL, address))
				return opened[len(opened)-1]
			}
			warned := func() int { return strings.Count(log.String(), "level=WARN") }
			for i := range 100 {
				get(t, open("127.0.0.66"))
				open(fmt.Sprintf("127.0.1.%d", i)) // says nothing
			}
			get(t, open("127.0.0.77"))
			if got := warned(); got != 1 {
				t.Errorf("%d warnings, want 1: %s", got, log)
			}
			for _, connection := range opened {
				_ = connection.Close()
			}
			for deadline := time.Now().Add(soon); warned() != 2; get(t, dial(t, listening.URL, "127.0.0.66")) {
				if time.Now().After(deadline) {
					t.Fatalf("%d warnings after most had gone and came again, want 2", warned())
				}
			}
		})
	}
}

// TestBusyConnections opens streams on as many connections as one address may
// have: it gets no more, others do, and once some have ended it gets those back.
func TestBusyConnections(t *testing.T) {
	t.Parallel()
	const most = 5
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.99/32")}
	url := listen(t, newServer(t, server.Config{Limits: server.Limits{Connections: most, AllConnections: 3 * most}, TrustedProxies: proxies}), false).URL
	busy := func(address string) func() {
		client := from(t, address)
		stream := findMatch(t, matchmakingv1connect.NewMatchmakingServiceClient(client, url), &matchmakingv1.FindMatchRequest{
			RequestId: rand.Text(), Pool: "busy-" + strings.ToLower(rand.Text()),
		})
		receive(t, stream)
		return func() {
			stream.Close() //nolint:errcheck // it is meant to break
			client.CloseIdleConnections()
		}
	}
	var end func()
	for range most {
		end = busy("127.0.0.66")
	}
	if err := try(t, url, "127.0.0.66"); err == nil {
		t.Errorf("one address has %d connections, want %d at most", most+1, most)
	}
	if err := try(t, url, "127.0.0.77"); err != nil {
		t.Errorf("another address: %v", err)
	}
	for range most + 2 {
		busy("127.0.0.99")
	}
	end()
	deadline := time.Now().Add(soon)
	for try(t, url, "127.0.0.66") != nil {
		if time.Now().After(deadline) {
			t.Fatal("a connection that ended is counted for ever")
		}
	}
	busy("127.0.0.66")
	if err := try(t, url, "127.0.0.66"); err == nil {
		t.Error("a connection that ended makes room for two")
	}
}

// try asks for the pool on a connection of its own.
func try(t *testing.T, url, address string) error {
	t.Helper()
	client := from(t, address)
	defer client.CloseIdleConnections()
	_, err := matchmakingv1connect.NewMatchmakingServiceClient(client, url).GetPool(t.Context(), &matchmakingv1.GetPoolRequest{})
	return err
}

// dial opens a connection from an address.
func dial(t *testing.T, url, address string) net.Conn {
	t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	_, host, _ := strings.Cut(url, "://")
	connection, err := dialer.DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(url, "https") {
		connection = tls.Client(connection, &tls.Config{InsecureSkipVerify: true})
	}
	t.Cleanup(func() { connection.Close() }) //nolint:errcheck // the test is over
	return connection
}

// get asks for something on a connection, and leaves it open.
func get(t *testing.T, connection net.Conn) {
	t.Helper()
	request := newRequest(t, http.MethodGet, "http://memory/nowhere", "")
	if err := request.Write(connection); err != nil {
		t.Fatalf("write: %v", err)
	}
	if n, err := connection.Read(make([]byte, 4096)); err != nil || n == 0 {
		t.Fatalf("read: %v", err)
	}
}

type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

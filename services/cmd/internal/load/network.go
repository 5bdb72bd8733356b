// Package load lets many people use a server at once, in the ways that clients
// can, and measures what that costs the server. It is for programs that measure
// servers.
package load

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	"connectrpc.com/connect"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
)

// The protocols and transports of a Network.
const (
	Connect = "connect"
	GRPC    = "grpc"
	JSON    = "json" // Connect with messages in JSON

	HTTP1 = "http1"
	H2C   = "h2c"  // HTTP/2 without TLS
	TLS   = "tls"  // HTTP/2 over TLS 1.3
	TLS1  = "tls1" // HTTP/1.1 over TLS 1.3, as WebSockets use it
)

// A Network is how people reach servers. It counts what passes.
type Network struct {
	// Protocol is one of Connect, GRPC and JSON.
	Protocol string
	// Transport is one of HTTP1, H2C, TLS and TLS1.
	Transport string
	// Tabs is how many people share connections and an address, as the tabs of a
	// browser do. Zero and one: each person has its own.
	Tabs int
	// Roots are trusted by TLS.
	Roots *x509.CertPool

	traffic traffic
	mu      sync.Mutex   // guards the following fields
	browser *http.Client // that the next person opens a tab in
	tabs    int          // it has
}

// Check reports settings that do not fit together.
func (n *Network) Check() error {
	if n.Protocol == GRPC && n.Transport == HTTP1 {
		return errors.New("gRPC needs HTTP/2: use --transport h2c or tls")
	}
	return nil
}

// Newcomer returns somebody who uses one server, or with two URLs one for each
// service. With Tabs, the connections are those of people who came before. leave
// closes those that nobody else uses.
func (n *Network) Newcomer(matchmaking, signaling string) (p people.Person, leave func()) {
	client, leave := n.Client()
	return people.New(client, matchmaking, signaling, n.options()...), leave
}

func (n *Network) options() []connect.ClientOption {
	switch n.Protocol {
	case GRPC:
		return []connect.ClientOption{connect.WithGRPC()}
	case JSON:
		return []connect.ClientOption{connect.WithProtoJSON()}
	default:
		return nil
	}
}

// Client returns the HTTP client of a newcomer.
func (n *Network) Client() (client *http.Client, leave func()) {
	if n.Tabs < 2 {
		client := n.newClient()
		return client, client.CloseIdleConnections
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.browser == nil || n.tabs == n.Tabs {
		n.browser, n.tabs = n.newClient(), 0
	}
	n.tabs++
	return n.browser, func() {}
}

// newClient returns a client with connections from an address of its own,
// because servers limit what one address may do. Linux answers for all of
// 127.0.0.0/8.
func (n *Network) newClient() *http.Client {
	address := fmt.Sprintf("127.%d.%d.%d", 1+rand.N(255), rand.N(256), 1+rand.N(254)) //nolint:gosec // any will do
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(n.Transport == HTTP1 || n.Transport == TLS1)
	protocols.SetUnencryptedHTTP2(n.Transport == H2C)
	protocols.SetHTTP2(n.Transport == TLS)
	return &http.Client{Transport: counting{&n.traffic, &http.Transport{
		Protocols:       protocols,
		TLSClientConfig: &tls.Config{RootCAs: n.Roots, MinVersion: tls.VersionTLS13, ClientSessionCache: tls.NewLRUClientSessionCache(1)},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return n.traffic.dial(ctx, dialer, network, address)
		},
	}}}
}

// Traffic is what clients did so far.
type Traffic struct {
	Requests, Connections int64
	Sent, Received        int64 // bytes of TCP
}

// Traffic returns what has passed so far.
func (n *Network) Traffic() Traffic { return n.traffic.read() }

type traffic struct{ requests, connections, sent, received atomic.Int64 }

func (t *traffic) read() Traffic {
	return Traffic{t.requests.Load(), t.connections.Load(), t.sent.Load(), t.received.Load()}
}

func (t *traffic) dial(ctx context.Context, dialer *net.Dialer, network, address string) (net.Conn, error) {
	connection, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	t.connections.Add(1)
	return countingConn{connection, t}, nil
}

type countingConn struct {
	net.Conn
	traffic *traffic
}

func (c countingConn) Read(data []byte) (int, error) {
	count, err := c.Conn.Read(data)
	c.traffic.received.Add(int64(count))
	return count, err
}

func (c countingConn) Write(data []byte) (int, error) {
	count, err := c.Conn.Write(data)
	c.traffic.sent.Add(int64(count))
	return count, err
}

type counting struct {
	traffic *traffic
	*http.Transport
}

func (c counting) RoundTrip(request *http.Request) (*http.Response, error) {
	c.traffic.requests.Add(1)
	return c.Transport.RoundTrip(request)
}

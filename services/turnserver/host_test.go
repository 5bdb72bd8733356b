package turnserver_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver"
)

var loopback = netip.MustParseAddr("127.0.0.1")

const secret = "a secret of tests"

// host is a TURN server on this machine.
type host struct {
	*turnserver.Server
	address string
}

func serve(t *testing.T, change func(*turnserver.Config)) host {
	t.Helper()
	config := turnserver.Config{
		Secrets:   func() iceserver.Secrets { return iceserver.Secrets{secret} },
		PublicIPs: []netip.Addr{loopback}, Local: loopback, RelayPorts: turnserver.Ports{From: 20_000, To: 32_000},
	}
	if change != nil {
		change(&config)
	}
	server, err := turnserver.New(config)
	if err != nil {
		t.Fatal(err)
	}
	packet, listener := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- server.Serve(ctx, []net.PacketConn{packet}, []net.Listener{listener}) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return host{server, packet.LocalAddr().String()}
}

// listen returns sockets of one port, of UDP and TCP.
func listen(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for {
		packet, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listener, err := net.Listen("tcp4", packet.LocalAddr().String())
		if err == nil {
			return packet, listener
		}
		_ = packet.Close() // somebody else has that port of TCP
	}
}

// credential returns one of a member that was made then.
func credential(member string, then time.Time) (username, password string) {
	username, password, _ = iceserver.Secrets{secret}.Credential("room", member, then)
	return username, password
}

// client returns a client of the server over UDP, or over TCP.
func (h host) client(t *testing.T, network, username, password string) *turn.Client {
	t.Helper()
	return h.clientAt(t, "127.0.0.1", network, username, password)
}

// clientAt returns a client with an address of its own, if it is over UDP.
func (h host) clientAt(t *testing.T, address, network, username, password string) *turn.Client {
	t.Helper()
	var conn net.PacketConn
	if network == "tcp" {
		dialed, err := net.Dial("tcp", h.address)
		if err != nil {
			t.Fatal(err)
		}
		conn = turn.NewSTUNConn(dialed)
	} else {
		var err error
		if conn, err = net.ListenPacket("udp4", address+":0"); err != nil {
			t.Fatal(err)
		}
	}
	client, err := turn.NewClient(&turn.ClientConfig{
		STUNServerAddr: h.address, TURNServerAddr: h.address, Conn: conn, Username: username, Password: password,
		LoggerFactory: &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Listen(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		_ = conn.Close()
	})
	return client
}

func (h host) allocate(t *testing.T, network, member string) net.PacketConn {
	t.Helper()
	username, password := credential(member, time.Now())
	relayed, err := h.client(t, network, username, password).Allocate()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = relayed.Close() })
	return relayed
}

// arrives reports whether a text that one side sends to the other arrives soon. It is
// sent several times: packets may be lost, and the first one asks for a permission.
func arrives(t *testing.T, from, to net.PacketConn, at net.Addr) (arrived bool, sending error) {
	t.Helper()
	for range 3 {
		if _, err := from.WriteTo([]byte("hello"), at); err != nil {
			return false, err
		}
		buffer := make([]byte, 100)
		if err := to.SetReadDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if n, _, err := to.ReadFrom(buffer); err == nil && string(buffer[:n]) == "hello" {
			return true, nil
		}
	}
	return false, nil
}

// permit lets a peer send to a relayed socket.
func permit(t *testing.T, relayed net.PacketConn, peer net.Addr) {
	t.Helper()
	if _, err := relayed.WriteTo([]byte("open"), peer); err != nil {
		t.Fatal(err)
	}
}

func codeOf(err error) stun.ErrorCode {
	var refused *stun.TurnError
	if errors.As(err, &refused) {
		return refused.ErrorCodeAttr.Code
	}
	return 0
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for range 500 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("not in five seconds: %s", what)
}

//go:build !js

package e2e

import (
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/pion/logging"
	"github.com/pion/turn/v5"
)

// relay is a TURN server, the only way between the tabs that use it. Safe for
// concurrent use.
type relay struct {
	net.PacketConn

	mu    sync.Mutex          // guards the following fields
	known map[string]struct{} // addresses that packets came from
	dead  map[string]struct{} // those whose packets are lost
}

func newRelay(t *testing.T) *relay {
	t.Helper()
	connection, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	r := &relay{PacketConn: connection, known: map[string]struct{}{}, dead: map[string]struct{}{}}
	server, err := turn.NewServer(turn.ServerConfig{
		Realm:         "e2e",
		LoggerFactory: logging.NewDefaultLoggerFactory(),
		AuthHandler: func(request *turn.RequestAttributes) (string, []byte, bool) {
			return request.Username, turn.GenerateAuthKey(request.Username, request.Realm, "secret"), true
		},
		PacketConnConfigs: []turn.PacketConnConfig{{
			PacketConn:            r,
			RelayAddressGenerator: &turn.RelayAddressGeneratorNone{Address: "127.0.0.1"},
		}},
	})
	if err != nil {
		t.Fatalf("start a TURN server: %v", err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return r
}

// changeNetwork makes every existing path drop all packets from now on, as when a
// phone leaves a Wi-Fi. Only paths from other ports work.
func (r *relay) changeNetwork() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for address := range r.known {
		r.dead[address] = struct{}{}
	}
}

// loses reports whether packets from or to an address are dropped.
func (r *relay) loses(address net.Addr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[address.String()] = struct{}{}
	_, dead := r.dead[address.String()]
	return dead
}

// ReadFrom implements net.PacketConn.
func (r *relay) ReadFrom(packet []byte) (int, net.Addr, error) {
	for {
		count, from, err := r.PacketConn.ReadFrom(packet)
		if err != nil || !r.loses(from) {
			return count, from, err
		}
	}
}

// WriteTo implements net.PacketConn.
func (r *relay) WriteTo(packet []byte, to net.Addr) (int, error) {
	if r.loses(to) {
		return len(packet), nil
	}
	return r.PacketConn.WriteTo(packet, to)
}

// relayOnly makes the pages that are loaded from now on reach their partners only
// over the relay.
func (tab *tab) relayOnly(r *relay) {
	tab.t.Helper()
	tab.do("set the relay", call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: fmt.Sprintf(`window.RTCPeerConnection = class extends RTCPeerConnection {
			constructor(configuration) {
				super({...configuration, iceTransportPolicy: "relay", iceServers: [
					{urls: %s, username: "tab", credential: "secret"}]});
			}
		}`, quote("turn:"+r.LocalAddr().String()+"?transport=udp")),
	}))
}

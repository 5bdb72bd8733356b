//go:build !js

package p2p

import (
	"net"
	"sync/atomic"
	"testing"

	"github.com/pion/webrtc/v4"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// counted is a socket that counts what is sent to others than this machine, and
// sends none of it.
type counted struct {
	net.PacketConn
	packets, bytes atomic.Int64
}

func count(t *testing.T) *counted {
	t.Helper()
	socket, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return &counted{PacketConn: socket}
}

// option makes a client use the socket.
func (c *counted) option(t *testing.T) Option {
	t.Helper()
	mux := webrtc.NewICEUDPMux(nil, c)
	t.Cleanup(func() { _ = mux.Close() })
	return func(s *settings) {
		s.engine = rtc.Pion(func(engine *webrtc.SettingEngine) {
			engine.SetIncludeLoopbackCandidate(true)
			engine.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
			engine.SetICEUDPMux(mux)
		})
	}
}

// WriteTo implements net.PacketConn.
func (c *counted) WriteTo(data []byte, to net.Addr) (int, error) {
	if address, ok := to.(*net.UDPAddr); ok && !address.IP.IsLoopback() {
		c.packets.Add(1)
		c.bytes.Add(int64(len(data)))
		return len(data), nil
	}
	return c.PacketConn.WriteTo(data, to)
}

//go:build !js

package faultkit

import (
	"net"
	"sync/atomic"
	"testing"

	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// Socket is the UDP socket of one native peer. It can drop all packets of the
// peer's connections. Safe for concurrent use.
type Socket struct {
	net.PacketConn
	cut atomic.Bool
}

// NewSocket opens a socket on 127.0.0.1.
func NewSocket(t testing.TB) *Socket {
	t.Helper()
	connection, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	return &Socket{PacketConn: connection}
}

// Engine makes pion use this socket and no other until close is called, for
// any number of connections. Call it once.
func (s *Socket) Engine() (settings func(*webrtc.SettingEngine), stop func()) {
	mux := webrtc.NewICEUDPMux(&logging.DefaultLeveledLogger{}, s)
	settings = func(engine *webrtc.SettingEngine) {
		engine.SetICEUDPMux(mux)
		engine.SetIncludeLoopbackCandidate(true)
		engine.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	}
	return settings, func() { _ = mux.Close() }
}

// Cut drops every packet both ways, without an error for the sender, until Heal.
func (s *Socket) Cut() { s.cut.Store(true) }

// Heal ends Cut.
func (s *Socket) Heal() { s.cut.Store(false) }

// WriteTo implements net.PacketConn.
func (s *Socket) WriteTo(packet []byte, to net.Addr) (int, error) {
	if s.cut.Load() {
		return len(packet), nil
	}
	return s.PacketConn.WriteTo(packet, to)
}

// ReadFrom implements net.PacketConn.
func (s *Socket) ReadFrom(packet []byte) (int, net.Addr, error) {
	for {
		count, from, err := s.PacketConn.ReadFrom(packet)
		if err != nil || !s.cut.Load() {
			return count, from, err
		}
	}
}

//go:build !js

package p2p

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// route is one client's UDP socket, which can be cut off.
type route struct {
	net.PacketConn
	isCut atomic.Bool
	peers sync.Map // address of each peer seen, and whether it is lost
}

// lose cuts the paths to the addresses seen until now, for good.
func (p *route) lose() {
	p.peers.Range(func(address, _ any) bool {
		p.peers.Store(address, true)
		return true
	})
}

// passes notes the address of a peer, and reports whether packets pass.
func (p *route) passes(peer net.Addr) bool {
	lost, _ := p.peers.LoadOrStore(peer.String(), false)
	return !p.isCut.Load() && lost != true
}

func newRoute(t *testing.T) *route {
	t.Helper()
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	return &route{PacketConn: socket}
}

func (p *route) ReadFrom(data []byte) (int, net.Addr, error) {
	for {
		n, from, err := p.PacketConn.ReadFrom(data)
		if err != nil || p.passes(from) {
			return n, from, err
		}
	}
}

func (p *route) WriteTo(data []byte, to net.Addr) (int, error) {
	if !p.passes(to) {
		return len(data), nil
	}
	return p.PacketConn.WriteTo(data, to)
}

// over makes a client use the path.
func (p *route) over(t *testing.T) Option {
	t.Helper()
	mux := webrtc.NewICEUDPMux(nil, p)
	t.Cleanup(func() { _ = mux.Close() })
	return func(s *settings) {
		s.loopback = true
		s.engine = rtc.Pion(func(engine *webrtc.SettingEngine) {
			engine.SetIncludeLoopbackCandidate(true)
			engine.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
			engine.SetICEUDPMux(mux)
		})
	}
}

// states records the states of the peer.
func states(told chan<- PeerState) Option {
	return WithChanges(func(change Change) {
		if change.State != "" {
			told <- change.State
		}
	})
}

// await fails unless the next state comes within limit.
func await(t *testing.T, told <-chan PeerState, want PeerState, limit time.Duration) {
	t.Helper()
	select {
	case got := <-told:
		if got != want {
			t.Fatalf("told %s, want %s", got, want)
		}
	case <-time.After(limit):
		t.Fatalf("not told %s within %v", want, limit)
	}
}

func TestPionMendsACutPath(t *testing.T) {
	t.Parallel()
	url, route := startServer(t), newRoute(t)
	told := make(chan PeerState, 100)
	rooms := findAll(t, NewClient(url, route.over(t), states(told)), NewClient(url, newRoute(t).over(t)))
	route.isCut.Store(true)
	if err := rooms[0].SendText(t.Context(), "sent meanwhile"); err != nil {
		t.Fatalf("SendText: %v", err)
	}
	time.AfterFunc(8*time.Second, func() { route.isCut.Store(false) })
	await(t, told, PeerInterrupted, 8*time.Second)
	await(t, told, PeerConnected, 12*time.Second)
	if got := texts(t, rooms[1], 1); len(got) != 1 || got[0] != "sent meanwhile" {
		t.Errorf("got %q", got)
	}
}

// A path can stay dead for the negotiated connection: nothing passes until both
// sides have a new offer.
func TestPionNeedsANewOffer(t *testing.T) {
	t.Parallel()
	url, route := startServer(t), newRoute(t)
	told, inside := make(chan PeerState, 100), &steps{t: t}
	trace := inside.option()
	rooms := findAll(t, NewClient(url, route.over(t), states(told), trace), NewClient(url, newRoute(t).over(t), trace))
	route.isCut.Store(true)
	await(t, told, PeerInterrupted, 8*time.Second)
	for _, room := range rooms {
		for deadline := testContext(t); epochOf(room) < 2; {
			if deadline.Err() != nil {
				t.Fatal("nothing new was negotiated")
			}
			<-time.After(50 * time.Millisecond)
		}
	}
	route.isCut.Store(false)
	await(t, told, PeerConnected, 8*time.Second)
	if err := rooms[0].SendText(t.Context(), "on the new path"); err != nil {
		t.Fatalf("SendText: %v", err)
	}
	if got := texts(t, rooms[1], 1); len(got) != 1 || got[0] != "on the new path" {
		t.Errorf("got %q", got)
	}
	inside.inOrder(t, "connection_state:connected", "interrupted", "restart", "local_description:offer", "remote_description:offer",
		"local_description:answer", "remote_description:answer", "restored")
}

// epochOf returns the epoch of the applied remote description.
func epochOf(room *Room) uint32 {
	epoch := make(chan uint32, 1)
	room.links[0].work.Post(func() { epoch <- room.links[0].negotiation.RemoteEpoch() })
	return <-epoch
}

// Pion has no rollback of its own.
func TestPionYields(t *testing.T) {
	t.Parallel()
	rooms := findAll(t, func() []*Client {
		url := startServer(t)
		return []*Client{NewClient(url), NewClient(url)}
	}()...)
	for _, room := range rooms {
		room.signaling.reopen()
	}
	<-time.After(500 * time.Millisecond)
	for _, room := range rooms {
		link := room.links[0]
		link.work.Post(func() {
			if err := link.restart(); err != nil {
				t.Errorf("restart: %v", err)
			}
		})
	}
	for _, room := range rooms {
		for deadline := testContext(t); epochOf(room) < 2; {
			if deadline.Err() != nil {
				t.Fatal("glare was not resolved")
			}
			<-time.After(50 * time.Millisecond)
		}
	}
	for i, room := range rooms {
		if err := room.SendText(t.Context(), "after glare"); err != nil {
			t.Fatalf("SendText: %v", err)
		}
		if got := texts(t, rooms[1-i], 1); len(got) != 1 || got[0] != "after glare" {
			t.Errorf("got %q", got)
		}
	}
}

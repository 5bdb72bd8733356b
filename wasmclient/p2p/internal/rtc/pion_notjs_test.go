//go:build !js

package rtc

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// end is one of two connections of this machine.
type end struct {
	Connection
	opened     chan struct{}
	candidates chan Candidate // of this end
}

// firewall lets in what comes from where something was sent to, as a NAT does.
type firewall struct {
	net.PacketConn
	open sync.Map // addresses
}

func (f *firewall) WriteTo(data []byte, to net.Addr) (int, error) {
	f.open.Store(to.String(), true)
	return f.PacketConn.WriteTo(data, to)
}

func (f *firewall) ReadFrom(data []byte) (int, net.Addr, error) {
	for {
		n, from, err := f.PacketConn.ReadFrom(data)
		if err != nil {
			return n, from, err
		}
		if _, open := f.open.Load(from.String()); open {
			return n, from, nil
		}
	}
}

// newEnd returns an end behind a firewall.
func newEnd(t *testing.T) *end {
	t.Helper()
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	mux := webrtc.NewICEUDPMux(nil, &firewall{PacketConn: socket})
	t.Cleanup(func() { _ = mux.Close() })
	e := &end{opened: make(chan struct{}), candidates: make(chan Candidate, 100)}
	engine := Pion(func(settings *webrtc.SettingEngine) {
		settings.SetIncludeLoopbackCandidate(true)
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
		settings.SetICEUDPMux(mux)
	})
	connection, err := engine(Configuration{}, Events{
		Candidate: func(candidate *Candidate) {
			if candidate != nil {
				e.candidates <- *candidate
			}
		},
		ServerError: func(int) {}, State: func() {},
	})
	if err != nil {
		t.Fatal(err)
	}
	e.Connection = connection
	t.Cleanup(connection.Close)
	if _, err := connection.NewChannel("chat", 0, ChannelEvents{
		Opened: sync.OnceFunc(func() { close(e.opened) }), Closed: func() {}, Drained: func() {}, Message: func([]byte) {},
	}); err != nil {
		t.Fatal(err)
	}
	return e
}

// negotiate exchanges the descriptions of two ends, and no candidates.
func negotiate(t *testing.T, offerer, answerer *end) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	offer, err := offerer.CreateOffer(false)
	must(err)
	must(offerer.SetLocalDescription(offer))
	must(answerer.SetRemoteDescription(offer))
	answer, err := answerer.CreateAnswer()
	must(err)
	must(answerer.SetLocalDescription(answer))
	must(offerer.SetRemoteDescription(answer))
}

// tells lets an end know the candidates of another one that have been gathered.
func tells(t *testing.T, from, to *end) {
	t.Helper()
	for first := true; ; first = false {
		wait := 50 * time.Millisecond
		if first {
			wait = 10 * time.Second
		}
		select {
		case candidate := <-from.candidates:
			if err := to.AddICECandidate(candidate); err != nil {
				t.Fatal(err)
			}
		case <-time.After(wait):
			return
		}
	}
}

func (e *end) opens(t *testing.T, within time.Duration, what string) {
	t.Helper()
	select {
	case <-e.opened:
	case <-time.After(within):
		t.Fatalf("%s: no connection within %v: ICE is %s", what, within, e.ICEState())
	}
}

// TestHiddenHosts gives each end candidates whose names nobody knows, as those of
// browsers in another network are. Pion asks for them for five seconds: nothing waits
// for that.
func TestHiddenHosts(t *testing.T) {
	t.Parallel()
	one, other := newEnd(t), newEnd(t)
	negotiate(t, one, other)
	mid := "0"
	for _, end := range []*end{one, other} {
		for _, name := range []string{"0b7c5c0e-7a7d-4a3e-9b0a-2f6f5b8f3a11.local", "5e0d7b43-6b2c-4d16-8a55-6a1c0fb7d9e2.local"} {
			hidden := Candidate{Candidate: "candidate:1 1 udp 2122260223 " + name + " 50000 typ host", SDPMid: &mid}
			if err := end.AddICECandidate(hidden); err != nil {
				t.Errorf("a name of mDNS: %v", err)
			}
		}
	}
	tells(t, one, other)
	tells(t, other, one)
	one.opens(t, 4*time.Second, "with names that nobody knows")
	other.opens(t, 4*time.Second, "with names that nobody knows")
}

// TestLateCandidates lets one end know the other's candidates three seconds before the
// other one knows its own, as over slow signaling: until then the other's firewall drops
// its checks. Pion gives a pair up after a second and a half.
func TestLateCandidates(t *testing.T) {
	t.Parallel()
	one, other := newEnd(t), newEnd(t)
	negotiate(t, one, other)
	tells(t, other, one)
	select {
	case <-one.opened:
		t.Fatal("there is a connection, though one side knows nothing of the other")
	case <-time.After(3 * time.Second):
	}
	tells(t, one, other)
	one.opens(t, 10*time.Second, "with late candidates")
}

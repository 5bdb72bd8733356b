//go:build !js

package p2p

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
)

// These bound the cost of an attack of attackFor to the victim.
const (
	attackFor      = 2 * time.Second
	mostPackets    = 1000
	mostGoroutines = 300
	mostHeap       = 64 << 20
	endsWithin     = 3 * time.Second
)

// hostile is a peer that speaks to the server without the SDK.
type hostile struct {
	t       *testing.T
	client  signalingv1connect.SignalingServiceClient
	victim  string
	seq     uint64
	offerer bool
	offer   string // of the victim; empty: none came
	made    int
}

// meet lets a hostile peer and a victim be matched, and the hostile one enter
// the room.
func meetHostile(t *testing.T, url string, options ...Option) (*hostile, <-chan found, context.CancelFunc) {
	t.Helper()
	matched := ghost(t, url)
	ctx, cancel := context.WithCancel(testContext(t))
	searching := find(ctx, t, NewClient(url), options...)
	h := &hostile{t: t, client: signalingv1connect.NewSignalingServiceClient(http.DefaultClient, url, WithRoomToken((<-matched).GetRoomToken()))}
	events, err := h.client.JoinRoom(testContext(t), &signalingv1.JoinRoomRequest{})
	if err != nil || !events.Receive() {
		t.Fatalf("join: %v", err)
	}
	t.Cleanup(func() { _ = events.Close() })
	peer := events.Msg().GetWelcome().GetPeers()[0]
	h.victim, h.offerer = peer.GetPeerId(), peer.GetMyRole() == signalingv1.Role_ROLE_OFFERER
	offered := make(chan string, 1)
	go func() {
		for events.Receive() {
			for _, signal := range events.Msg().GetSignalsReceived().GetSignals() {
				if sdp := signal.GetDescription().GetSdp(); sdp != "" {
					select {
					case offered <- sdp:
					default:
					}
				}
			}
		}
	}()
	if !h.offerer {
		h.offer = <-offered
	}
	return h, searching, cancel
}

// send sends signals as fast as the server takes them.
func (h *hostile) send(signals ...*signalingv1.Signal) {
	_, err := h.client.SendSignals(h.t.Context(), &signalingv1.SendSignalsRequest{ToPeerId: h.victim, FirstSeq: h.seq + 1, Signals: signals})
	if err == nil {
		h.seq += uint64(len(signals))
	}
}

// describe returns a description of a connection that never comes: an answer if
// the victim offered, and an offer otherwise.
func (h *hostile) describe() *signalingv1.Signal {
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		h.t.Fatal(err)
	}
	defer pc.Close() //nolint:errcheck // it has no peer
	kind := signalingv1.SessionDescription_TYPE_OFFER
	var description webrtc.SessionDescription
	if h.offer != "" {
		kind = signalingv1.SessionDescription_TYPE_ANSWER
		if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: h.offer}); err != nil {
			h.t.Fatal(err)
		}
		description, err = pc.CreateAnswer(nil)
	} else {
		if _, err := pc.CreateDataChannel("chat", negotiatedChannel(chatChannel)); err != nil {
			h.t.Fatal(err)
		}
		description, err = pc.CreateOffer(nil)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return &signalingv1.Signal{ConnectionId: "hostile", Epoch: 1, Payload: &signalingv1.Signal_Description{
		Description: &signalingv1.SessionDescription{Type: kind, Sdp: description.SDP},
	}}
}

// candidate returns the next candidate at an address of somebody else's.
func (h *hostile) candidate() *signalingv1.Signal {
	h.made++
	line := uint32(0)
	return &signalingv1.Signal{ConnectionId: "hostile", Epoch: 1, Payload: &signalingv1.Signal_Candidate{Candidate: &signalingv1.IceCandidate{
		Candidate: h.foreign(), SdpMLineIndex: &line,
	}}}
}

func (h *hostile) foreign() string {
	h.made++
	return fmt.Sprintf("candidate:%d 1 udp 2130706431 198.18.%d.%d 50000 typ host", h.made, h.made>>8&255, h.made&255)
}

// attacks are what a hostile peer does, again and again.
var attacks = map[string]func(h *hostile, turn int){
	"candidate flood": func(h *hostile, turn int) {
		if turn == 0 {
			h.send(h.describe())
		}
		var many []*signalingv1.Signal
		for range 100 {
			many = append(many, h.candidate())
		}
		h.send(many...)
	},
	"offer storm": func(h *hostile, turn int) {
		h.offer = ""
		offer := h.describe()
		offer.ConnectionId, offer.Epoch = fmt.Sprint("hostile", turn), uint32(turn+2)
		h.send(offer)
	},
	"restart storm": func(h *hostile, turn int) {
		h.offer = ""
		offer := h.describe()
		offer.Epoch = uint32(turn + 2)
		h.send(offer, h.candidate())
	},
	"huge description": func(h *hostile, turn int) {
		offer := h.describe()
		offer.Epoch = max(1, uint32(turn))
		var sdp strings.Builder
		sdp.WriteString(offer.GetDescription().GetSdp())
		for sdp.Len() < 15<<10 {
			sdp.WriteString("a=" + h.foreign() + "\r\n")
		}
		offer.GetDescription().Sdp = sdp.String()
		h.send(offer)
	},
	"renegotiate storm": func(h *hostile, _ int) {
		h.send(&signalingv1.Signal{ConnectionId: "hostile", Epoch: 1 << 30, Payload: &signalingv1.Signal_Renegotiate{Renegotiate: &signalingv1.Renegotiate{}}})
	},
}

// TestHostilePeers lets a hostile peer attack, and bounds what that costs: the
// packets to addresses it chose, goroutines, memory, and the time to get away.
func TestHostilePeers(t *testing.T) {
	for name, attack := range attacks {
		t.Run(name, func(t *testing.T) {
			url := startServer(t)
			wire := count(t)
			before, heap, cpu := runtime.NumGoroutine(), heapInUse(), cpuTime()
			h, searching, cancel := meetHostile(t, url, wire.option(t))
			began := time.Now()
			for turn := 0; time.Since(began) < attackFor; turn++ {
				attack(h, turn)
			}
			goroutines, grown, spent := runtime.NumGoroutine()-before, heapInUse()-heap, cpuTime()-cpu
			left := time.Now()
			cancel()
			<-searching
			ended := time.Since(left)
			t.Logf("%d signals, %d packets (%d KB) to strangers, %d goroutines, %d KB, %v of CPU (attacker and server included), ended after %v",
				h.seq, wire.packets.Load(), wire.bytes.Load()>>10, goroutines, grown>>10, spent, ended)
			if got := wire.packets.Load(); got > mostPackets {
				t.Errorf("%d packets, want %d at most", got, mostPackets)
			}
			if goroutines > mostGoroutines {
				t.Errorf("%d goroutines, want %d at most", goroutines, mostGoroutines)
			}
			if grown > mostHeap {
				t.Errorf("the heap grew by %d MB, want %d at most", grown>>20, mostHeap>>20)
			}
			if ended > endsWithin {
				t.Errorf("ended after %v, want %v at most", ended, endsWithin)
			}
		})
	}
}

func heapInUse() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

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
		s.transport = pionTransport(func(engine *webrtc.SettingEngine) {
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

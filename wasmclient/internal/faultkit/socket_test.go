//go:build !js

package faultkit

import (
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// newPeer returns a peer behind a socket of its own and its data channel.
func newPeer(t *testing.T) (*Socket, *webrtc.PeerConnection, *webrtc.DataChannel) {
	t.Helper()
	socket := NewSocket(t)
	engine, stop := socket.Engine()
	t.Cleanup(stop)
	var settings webrtc.SettingEngine
	engine(&settings)
	settings.SetICETimeouts(500*time.Millisecond, time.Minute, 100*time.Millisecond)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.GracefulClose() })
	negotiated, id := true, uint16(0)
	channel, err := pc.CreateDataChannel("test", &webrtc.DataChannelInit{Negotiated: &negotiated, ID: &id})
	if err != nil {
		t.Fatal(err)
	}
	return socket, pc, channel
}

// must returns the value of a call that cannot fail here.
func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// connect exchanges complete descriptions.
func connect(t *testing.T, offerer, answerer *webrtc.PeerConnection) {
	t.Helper()
	describe := func(pc *webrtc.PeerConnection, description webrtc.SessionDescription) webrtc.SessionDescription {
		gathered := webrtc.GatheringCompletePromise(pc)
		if err := pc.SetLocalDescription(description); err != nil {
			t.Fatal(err)
		}
		<-gathered
		return *pc.LocalDescription()
	}
	offer := describe(offerer, must[webrtc.SessionDescription](t)(offerer.CreateOffer(nil)))
	if err := answerer.SetRemoteDescription(offer); err != nil {
		t.Fatal(err)
	}
	answer := describe(answerer, must[webrtc.SessionDescription](t)(answerer.CreateAnswer(nil)))
	if err := offerer.SetRemoteDescription(answer); err != nil {
		t.Fatal(err)
	}
}

func TestSocketLosesAndHeals(t *testing.T) {
	t.Parallel()
	_, a, out := newPeer(t)
	socket, b, in := newPeer(t)
	got := make(chan string, 10)
	in.OnMessage(func(message webrtc.DataChannelMessage) { got <- string(message.Data) })
	open, states := make(chan struct{}), make(chan webrtc.ICEConnectionState, 100)
	out.OnOpen(func() { close(open) })
	b.OnICEConnectionStateChange(func(state webrtc.ICEConnectionState) { states <- state })
	connect(t, a, b)
	wait(t, open)

	send := func(text string) {
		if err := out.SendText(text); err != nil {
			t.Fatal(err)
		}
	}
	send("before")
	if text := wait(t, got); text != "before" {
		t.Errorf("got %q", text)
	}
	socket.Cut()
	for wait(t, states) != webrtc.ICEConnectionStateDisconnected {
	}
	send("meanwhile")
	select {
	case text := <-got:
		t.Errorf("got %q over a cut socket", text)
	default:
	}
	socket.Heal()
	if text := wait(t, got); text != "meanwhile" {
		t.Errorf("got %q", text)
	}
}

// wait receives within 30 seconds.
func wait[T any](t *testing.T, from <-chan T) (value T) {
	t.Helper()
	timer := time.NewTimer(30 * time.Second)
	defer timer.Stop()
	select {
	case value = <-from:
	case <-timer.C:
		t.Fatal("nothing came")
	}
	return value
}

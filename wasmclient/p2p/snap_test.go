//go:build !js

package p2p

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/pion/webrtc/v4"
)

// TestSnap lets peers talk of which both, one or none put SCTP's INIT into their
// descriptions.
func TestSnap(t *testing.T) {
	t.Parallel()
	for _, knows := range [][2]bool{{true, true}, {true, false}, {false, true}, {false, false}} {
		t.Run(fmt.Sprint(knows), func(t *testing.T) {
			t.Parallel()
			url := startServer(t)
			var clients []*Client
			for _, on := range knows {
				clients = append(clients, NewClient(url, func(s *settings) {
					s.transport = pionTransport(func(engine *webrtc.SettingEngine) { engine.EnableSctpSnap(on) })
				}))
			}
			rooms := findAll(t, clients...)
			for i, room := range rooms {
				sdp := room.PeerConnection(room.Peers()[0].ID).LocalDescription().SDP
				// An answer has it only if the offer had.
				if has := strings.Contains(sdp, "a=sctp-init:"); has && !knows[i] || !has && knows[0] && knows[1] {
					t.Errorf("peer %d of %v: INIT in the description: %t", i, knows, has)
				}
				if err := room.SendText(t.Context(), "hello"); err != nil {
					t.Fatal(err)
				}
				wantTexts(t, texts(t, rooms[1-i], 1), "hello")
			}
		})
	}
}

// descriptions are all that the connections of a test have made.
type descriptions struct {
	t    *testing.T
	mu   sync.Mutex // guards the following field
	made map[string]bool
}

func (d *descriptions) note(description webrtc.SessionDescription, err error) (webrtc.SessionDescription, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.made[description.SDP] = true
	return description, err
}

func (d *descriptions) check(side string, description webrtc.SessionDescription) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.made[description.SDP] {
		d.t.Errorf("the %s %s was changed: %q", side, description.Type, description.SDP)
	}
}

// watched compares the descriptions that a connection is given with those made.
type watched struct {
	peerConnection
	*descriptions
}

func (w watched) CreateOffer(options *webrtc.OfferOptions) (webrtc.SessionDescription, error) {
	return w.note(w.peerConnection.CreateOffer(options))
}

func (w watched) CreateAnswer(options *webrtc.AnswerOptions) (webrtc.SessionDescription, error) {
	return w.note(w.peerConnection.CreateAnswer(options))
}

func (w watched) SetLocalDescription(description webrtc.SessionDescription) error {
	w.check("local", description)
	return w.peerConnection.SetLocalDescription(description)
}

func (w watched) SetRemoteDescription(description webrtc.SessionDescription) error {
	w.check("remote", description)
	return w.peerConnection.SetRemoteDescription(description)
}

// TestDescriptionsAreNotChanged lets a pair meet and repair its path: neither side
// changes a description of its own, nor one of the other that has no candidates in
// it. Browsers refuse, or will refuse, what others wrote into their descriptions.
func TestDescriptionsAreNotChanged(t *testing.T) {
	t.Parallel()
	all := &descriptions{t: t, made: map[string]bool{}}
	var clients []*Client
	url := startServer(t)
	for range 2 {
		clients = append(clients, NewClient(url, func(s *settings) {
			connect := s.transport
			s.transport = func(configuration webrtc.Configuration, events connectionEvents) (peerConnection, error) {
				pc, err := connect(configuration, events)
				return watched{pc, all}, err
			}
		}))
	}
	rooms := findAll(t, clients...)
	restarted := make(chan error)
	offerer := rooms[0].links[0]
	if !offerer.offerer {
		offerer = rooms[1].links[0]
	}
	offerer.work.post(func() { restarted <- offerer.restart() })
	if err := <-restarted; err != nil {
		t.Fatal(err)
	}
	if err := rooms[0].SendText(t.Context(), "hello"); err != nil {
		t.Fatal(err)
	}
	wantTexts(t, texts(t, rooms[1], 1), "hello")
}

//go:build !js

package p2p

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/pion/webrtc/v4"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
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
					s.engine = rtc.Pion(func(engine *webrtc.SettingEngine) { engine.EnableSctpSnap(on) })
				}))
			}
			rooms := findAll(t, clients...)
			for i, room := range rooms {
				sdp := room.links[0].current().pc.LocalSDP()
				// An answer has it only if the offer had.
				if has := strings.Contains(sdp, "a=sctp-init:"); has && !knows[i] || !has && knows[0] && knows[1] {
					t.Errorf("peer %d of %v: INIT in the description: %t", i, knows, has)
				}
				if err := room.SendText(t.Context(), "hello"); err != nil {
					t.Fatal(err)
				}
				p2ptest.WantTexts(t, texts(t, rooms[1-i], 1), "hello")
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

func (d *descriptions) note(description rtc.Description, err error) (rtc.Description, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.made[description.SDP] = true
	return description, err
}

func (d *descriptions) check(side string, description rtc.Description) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.made[description.SDP] {
		d.t.Errorf("the %s %s was changed: %q", side, description.Type, description.SDP)
	}
}

// watched compares the descriptions that a connection is given with those made.
type watched struct {
	rtc.Connection
	*descriptions
}

func (w watched) CreateOffer(restart bool) (rtc.Description, error) {
	return w.note(w.Connection.CreateOffer(restart))
}

func (w watched) CreateAnswer() (rtc.Description, error) {
	return w.note(w.Connection.CreateAnswer())
}

func (w watched) SetLocalDescription(description rtc.Description) error {
	w.check("local", description)
	return w.Connection.SetLocalDescription(description)
}

func (w watched) SetRemoteDescription(description rtc.Description) error {
	w.check("remote", description)
	return w.Connection.SetRemoteDescription(description)
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
			connect := s.engine
			s.engine = func(ways rtc.Configuration, events rtc.Events) (rtc.Connection, error) {
				pc, err := connect(ways, events)
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
	offerer.work.Post(func() { restarted <- offerer.restart() })
	if err := <-restarted; err != nil {
		t.Fatal(err)
	}
	if err := rooms[0].SendText(t.Context(), "hello"); err != nil {
		t.Fatal(err)
	}
	p2ptest.WantTexts(t, texts(t, rooms[1], 1), "hello")
}

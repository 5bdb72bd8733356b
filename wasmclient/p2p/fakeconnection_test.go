//go:build !js

package p2p

import (
	"errors"
	"time"

	"github.com/pion/webrtc/v4"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

var errFakeState = errors.New("not in this signaling state")

// fakeConnection is one end of a connection in a fakeNetwork. As in browsers,
// the old path is used until the path that a restart negotiates is connected.
type fakeConnection struct {
	host        *fakeHost
	events      connectionEvents
	fingerprint string // a line of its descriptions

	// The following fields are guarded by host.network.mu.
	closed    bool
	signaling webrtc.SignalingState
	state     webrtc.PeerConnectionState
	offered   string    // fragment of the next offer
	local     [2]string // current and pending fragment
	remote    [2]string
	selected  [2]string // own and the peer's fragment in use
	peer      *fakeConnection
	channels  [2]*fakeChannel
	worsen    *time.Timer // runs while the path is cut
	gathered  []string    // all fragments
}

func (c *fakeConnection) describe(kind webrtc.SDPType, fragment string) webrtc.SessionDescription {
	return webrtc.SessionDescription{Type: kind, SDP: "v=0\r\na=ice-ufrag:" + fragment + "\r\n" + c.fingerprint}
}

func (c *fakeConnection) lock() func() {
	c.host.network.mu.Lock()
	return c.host.network.mu.Unlock
}

func (c *fakeConnection) CreateOffer(options *webrtc.OfferOptions) (webrtc.SessionDescription, error) {
	defer c.lock()()
	restart := options != nil && options.ICERestart
	if restart && c.host.noRestart {
		return webrtc.SessionDescription{}, errFakeState
	}
	if c.offered = c.local[0]; c.offered == "" || restart {
		c.offered = c.host.network.newFragmentLocked()
	}
	return c.describe(webrtc.SDPTypeOffer, c.offered), nil
}

func (c *fakeConnection) CreateAnswer(*webrtc.AnswerOptions) (webrtc.SessionDescription, error) {
	defer c.lock()()
	if c.offered = c.local[0]; c.offered == "" || c.remote[1] != c.remote[0] && !c.host.sameICE {
		c.offered = c.host.network.newFragmentLocked()
	}
	return c.describe(webrtc.SDPTypeAnswer, c.offered), nil
}

func (c *fakeConnection) SetLocalDescription(description webrtc.SessionDescription) error {
	unlock := c.lock()
	network := c.host.network
	fragment := ufrags(description.SDP)[0]
	switch {
	case description.Type == webrtc.SDPTypeOffer && c.signaling == webrtc.SignalingStateStable:
		c.local[1], c.signaling = fragment, webrtc.SignalingStateHaveLocalOffer
	case description.Type == webrtc.SDPTypeAnswer && c.signaling == webrtc.SignalingStateHaveRemoteOffer:
		c.local[1] = fragment
		c.stableLocked()
	default:
		unlock()
		return errFakeState
	}
	if network.fragments[fragment] == nil {
		network.fragments[fragment] = &fakeFragment{of: c, address: c.host.address}
		c.gathered = append(c.gathered, fragment)
	}
	unlock()
	c.events.candidate(&signalingv1.IceCandidate{Candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", UsernameFragment: &fragment})
	if extra := c.host.extra; extra != "" {
		c.events.candidate(&signalingv1.IceCandidate{Candidate: extra, UsernameFragment: &fragment})
	}
	c.events.candidate(nil)
	c.revise()
	return nil
}

func (c *fakeConnection) SetRemoteDescription(description webrtc.SessionDescription) error {
	unlock := c.lock()
	defer c.revise()
	defer unlock()
	found := ufrags(description.SDP)
	switch {
	case len(found) == 0:
		return errors.New("no description")
	case c.host.noRestart && c.remote[0] != "" && c.remote[0] != found[0]:
		return errFakeState
	case description.Type == webrtc.SDPTypeOffer && c.signaling == webrtc.SignalingStateStable:
		c.remote[1], c.signaling = found[0], webrtc.SignalingStateHaveRemoteOffer
	case description.Type == webrtc.SDPTypeAnswer && c.signaling == webrtc.SignalingStateHaveLocalOffer:
		c.remote[1] = found[0]
		c.stableLocked()
	default:
		return errFakeState
	}
	return nil
}

func (c *fakeConnection) stableLocked() {
	c.local[0], c.remote[0] = c.local[1], c.remote[1]
	c.signaling = webrtc.SignalingStateStable
}

func (c *fakeConnection) rollback() error {
	defer c.lock()()
	if c.signaling != webrtc.SignalingStateHaveLocalOffer {
		return errFakeState
	}
	c.local[1], c.signaling = c.local[0], webrtc.SignalingStateStable
	return nil
}

func (c *fakeConnection) revise() {
	defer c.lock()()
	c.reviseLocked()
}

// reviseLocked checks the path: it connects if both sides have negotiated, and
// starts or stops the timer of a path that is cut.
func (c *fakeConnection) reviseLocked() {
	network := c.host.network
	negotiated := [2]string{c.local[0], c.remote[0]}
	other := network.fragments[negotiated[1]]
	if other != nil && other.of.local[0] == negotiated[1] && other.of.remote[0] == negotiated[0] &&
		negotiated[0] != c.selected[0] && negotiated[1] != c.selected[1] && // a restart renews both
		network.pathLocked(negotiated[0], negotiated[1]) {
		time.AfterFunc(2*fakeLatency, func() { c.connected(negotiated) })
		time.AfterFunc(2*fakeLatency, func() { other.of.connected([2]string{negotiated[1], negotiated[0]}) })
	}
	switch {
	case c.peer == nil:
	case !network.pathLocked(c.selected[0], c.selected[1]):
		if c.worsen == nil {
			c.worsen = time.AfterFunc(fakeDisconnected, c.disconnected)
		}
	case c.state != webrtc.PeerConnectionStateFailed && c.worsen != nil:
		selected := c.selected
		time.AfterFunc(2*fakeLatency, func() { c.connected(selected) })
	}
}

func (c *fakeConnection) connected(selected [2]string) {
	unlock := c.lock()
	if c.closed || !c.host.network.pathLocked(selected[0], selected[1]) {
		unlock()
		return
	}
	if c.worsen != nil {
		c.worsen.Stop()
		c.worsen = nil
	}
	c.selected, c.peer = selected, c.host.network.fragments[selected[1]].of
	changed := c.state != webrtc.PeerConnectionStateConnected
	c.state = webrtc.PeerConnectionStateConnected
	channels := c.channels
	unlock()
	if changed {
		c.events.state()
	}
	for _, channel := range channels {
		channel.open()
	}
}

// disconnected is called while a path stays cut: the state becomes disconnected,
// and later failed.
func (c *fakeConnection) disconnected() {
	unlock := c.lock()
	switch {
	case c.closed || c.worsen == nil:
		unlock()
		return
	case c.state == webrtc.PeerConnectionStateDisconnected:
		c.state = webrtc.PeerConnectionStateFailed
	default:
		c.state = webrtc.PeerConnectionStateDisconnected
		c.worsen.Reset(fakeFailed)
	}
	unlock()
	c.events.state()
}

func (*fakeConnection) endWithPage() {}

func (c *fakeConnection) close() {
	unlock := c.lock()
	defer unlock()
	if c.closed {
		return
	}
	peer, reached := c.peer, c.peer != nil && c.host.network.pathLocked(c.selected[0], c.selected[1])
	c.closed, c.state, c.signaling = true, webrtc.PeerConnectionStateClosed, webrtc.SignalingStateClosed
	delete(c.host.connections, c)
	if c.worsen != nil {
		c.worsen.Stop()
	}
	for i, channel := range c.channels {
		if reached && channel != nil {
			time.AfterFunc(fakeLatency, peer.channels[i].shut)
		}
	}
	if peer != nil && !peer.closed {
		peer.reviseLocked()
	}
	for _, fragment := range c.gathered {
		delete(c.host.network.fragments, fragment)
	}
}

func (c *fakeConnection) setICEServers(servers []webrtc.ICEServer) {
	defer c.lock()()
	c.host.ice = servers
}

func (c *fakeConnection) AddICECandidate(webrtc.ICECandidateInit) error { return nil }

func (c *fakeConnection) LocalDescription() *webrtc.SessionDescription {
	defer c.lock()()
	description := c.describe(webrtc.SDPTypeOffer, c.local[1])
	return &description
}

func (c *fakeConnection) SignalingState() webrtc.SignalingState {
	defer c.lock()()
	return c.signaling
}

func (c *fakeConnection) ICEConnectionState() webrtc.ICEConnectionState {
	if c.ConnectionState() == webrtc.PeerConnectionStateConnected {
		return webrtc.ICEConnectionStateConnected
	}
	return webrtc.ICEConnectionStateChecking
}

func (c *fakeConnection) ConnectionState() webrtc.PeerConnectionState {
	defer c.lock()()
	return c.state
}

func (c *fakeConnection) candidateTypes() (local, remote string) { return "host", "host" }

func (c *fakeConnection) pion() *webrtc.PeerConnection { return nil }

func (c *fakeConnection) newChannel(_ string, id uint16, events channelEvents) (dataChannel, error) {
	defer c.lock()()
	channel := &fakeChannel{connection: c, id: id, events: events}
	c.channels[id] = channel
	return channel, nil
}

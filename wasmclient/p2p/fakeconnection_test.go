//go:build !js

package p2p

import (
	"errors"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/negotiation"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

var errFakeState = errors.New("not in this signaling state")

// fakeConnection is one end of a connection in a fakeNetwork. As in browsers,
// the old path is used until the path that a restart negotiates is connected.
type fakeConnection struct {
	host        *fakeHost
	events      rtc.Events
	fingerprint string // a line of its descriptions

	// The following fields are guarded by host.network.mu.
	closed    bool
	signaling rtc.SignalingState
	state     rtc.State
	offered   string    // fragment of the next offer
	local     [2]string // current and pending fragment
	remote    [2]string
	selected  [2]string // own and the peer's fragment in use
	peer      *fakeConnection
	channels  [2]*fakeChannel
	worsen    *time.Timer // runs while the path is cut
	gathered  []string    // all fragments
}

func (c *fakeConnection) describe(kind rtc.DescriptionType, fragment string) rtc.Description {
	return rtc.Description{Type: kind, SDP: "v=0\r\na=ice-ufrag:" + fragment + "\r\n" + c.fingerprint}
}

func (c *fakeConnection) lock() func() {
	c.host.network.mu.Lock()
	return c.host.network.mu.Unlock
}

func (c *fakeConnection) CreateOffer(restart bool) (rtc.Description, error) {
	defer c.lock()()
	if restart && c.host.noRestart {
		return rtc.Description{}, errFakeState
	}
	if c.offered = c.local[0]; c.offered == "" || restart {
		c.offered = c.host.network.newFragmentLocked()
	}
	return c.describe(rtc.TypeOffer, c.offered), nil
}

func (c *fakeConnection) CreateAnswer() (rtc.Description, error) {
	defer c.lock()()
	if c.offered = c.local[0]; c.offered == "" || c.remote[1] != c.remote[0] && !c.host.sameICE {
		c.offered = c.host.network.newFragmentLocked()
	}
	return c.describe(rtc.TypeAnswer, c.offered), nil
}

func (c *fakeConnection) SetLocalDescription(description rtc.Description) error {
	unlock := c.lock()
	network := c.host.network
	fragment := negotiation.UsernameFragments(description.SDP)[0]
	switch {
	case description.Type == rtc.TypeOffer && c.signaling == rtc.SignalingStable:
		c.local[1], c.signaling = fragment, rtc.SignalingHaveLocalOffer
	case description.Type == rtc.TypeAnswer && c.signaling == "have-remote-offer":
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
	c.events.Candidate(&rtc.Candidate{Candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", UsernameFragment: &fragment})
	if extra := c.host.extra; extra != "" {
		c.events.Candidate(&rtc.Candidate{Candidate: extra, UsernameFragment: &fragment})
	}
	c.events.Candidate(nil)
	c.revise()
	return nil
}

func (c *fakeConnection) SetRemoteDescription(description rtc.Description) error {
	unlock := c.lock()
	defer c.revise()
	defer unlock()
	found := negotiation.UsernameFragments(description.SDP)
	switch {
	case len(found) == 0:
		return errors.New("no description")
	case c.host.noRestart && c.remote[0] != "" && c.remote[0] != found[0]:
		return errFakeState
	case description.Type == rtc.TypeOffer && c.signaling == rtc.SignalingStable:
		c.remote[1], c.signaling = found[0], "have-remote-offer"
	case description.Type == rtc.TypeAnswer && c.signaling == rtc.SignalingHaveLocalOffer:
		c.remote[1] = found[0]
		c.stableLocked()
	default:
		return errFakeState
	}
	return nil
}

func (c *fakeConnection) stableLocked() {
	c.local[0], c.remote[0] = c.local[1], c.remote[1]
	c.signaling = rtc.SignalingStable
}

func (c *fakeConnection) Rollback() error {
	defer c.lock()()
	if c.signaling != rtc.SignalingHaveLocalOffer {
		return errFakeState
	}
	c.local[1], c.signaling = c.local[0], rtc.SignalingStable
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
	case c.state != rtc.StateFailed && c.worsen != nil:
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
	changed := c.state != rtc.StateConnected
	c.state = rtc.StateConnected
	channels := c.channels
	unlock()
	if changed {
		c.events.State()
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
	case c.state == rtc.StateDisconnected:
		c.state = rtc.StateFailed
	default:
		c.state = rtc.StateDisconnected
		c.worsen.Reset(fakeFailed)
	}
	unlock()
	c.events.State()
}

func (*fakeConnection) EndWithPage() {}

func (c *fakeConnection) Close() {
	unlock := c.lock()
	defer unlock()
	if c.closed {
		return
	}
	peer, reached := c.peer, c.peer != nil && c.host.network.pathLocked(c.selected[0], c.selected[1])
	c.closed, c.state, c.signaling = true, rtc.StateClosed, "closed"
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

func (c *fakeConnection) SetConfiguration(configuration rtc.Configuration) {
	defer c.lock()()
	c.host.ice = configuration.Servers
}

func (c *fakeConnection) AddICECandidate(rtc.Candidate) error { return nil }

func (c *fakeConnection) LocalSDP() string {
	defer c.lock()()
	return c.describe(rtc.TypeOffer, c.local[1]).SDP
}

func (c *fakeConnection) CurrentSDP() (local, remote string) {
	defer c.lock()()
	if c.peer != nil {
		remote = c.peer.describe(rtc.TypeOffer, c.remote[0]).SDP
	}
	return c.describe(rtc.TypeOffer, c.local[0]).SDP, remote
}

func (c *fakeConnection) SignalingState() rtc.SignalingState {
	defer c.lock()()
	return c.signaling
}

func (c *fakeConnection) ICEState() rtc.ICEState {
	if c.State() == rtc.StateConnected {
		return rtc.ICEConnected
	}
	return "checking"
}

func (c *fakeConnection) State() rtc.State {
	defer c.lock()()
	return c.state
}

func (c *fakeConnection) Stats() rtc.Stats { return rtc.Stats{Local: "host", Remote: "host"} }

func (c *fakeConnection) Pairs() []*rtc.Pair {
	return []*rtc.Pair{{Local: "192.0.2.1:9/udp", Remote: "192.0.2.1:9/udp", LocalType: "host", RemoteType: "host", State: "succeeded", Selected: true}}
}

func (c *fakeConnection) Platform() any { return nil }

func (c *fakeConnection) NewChannel(_ string, id uint16, events rtc.ChannelEvents) (rtc.Channel, error) {
	defer c.lock()()
	channel := &fakeChannel{connection: c, id: id, events: events}
	c.channels[id] = channel
	return channel, nil
}

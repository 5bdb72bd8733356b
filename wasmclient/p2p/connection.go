package p2p

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/pion/webrtc/v4"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

// The ids of the data channels of every connection. They are negotiated: both
// sides create them with the same id.
const (
	chatChannel uint16 = 0
	bulkChannel uint16 = 1
)

// Backpressure: senders wait while a channel buffers more than highWaterMark
// bytes, until no more than drainedMark are left.
const (
	highWaterMark = 1 << 20
	drainedMark   = 256 << 10
)

// connection is one RTCPeerConnection with its two data channels.
type connection struct {
	id         string
	pc         peerConnection
	ice        []webrtc.ICEServer // in use; belongs to the link's goroutine
	chat, bulk *channel
	freed      chan struct{} // closed when nothing more is sent on it
	free       func()        // closes freed
}

// connectionEvents are callbacks for the events of a connection. They are called
// from any goroutine or from the browser's event loop, so they must not block.
type connectionEvents struct {
	candidate func(*signalingv1.IceCandidate) // nil: gathering has ended
	state     func()
	opened    func() // the chat channel is open
	closed    func() // the chat channel is closed
	message   func([]byte)
}

// channel is a data channel with backpressure.
type channel struct {
	id      uint16
	dc      dataChannel
	turn    chan struct{} // full while a sender waits for the buffer; others wait for it
	drained chan struct{}
	opened  chan struct{}
	closed  chan struct{}
}

func newConnection(connect transport, configuration webrtc.Configuration, events connectionEvents) (*connection, error) {
	pc, err := connect(configuration, events)
	if err != nil {
		return nil, fmt.Errorf("create peer connection: %w", err)
	}
	c := &connection{id: newRandomID(), pc: pc, ice: configuration.ICEServers, freed: make(chan struct{})}
	c.free = sync.OnceFunc(func() { close(c.freed) })
	if c.chat, err = newChannel(pc, "chat", chatChannel, events); err == nil {
		events.opened, events.closed = func() {}, func() {}
		c.bulk, err = newChannel(pc, "bulk", bulkChannel, events)
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func newChannel(pc peerConnection, label string, id uint16, events connectionEvents) (*channel, error) {
	c := &channel{
		id:      id,
		turn:    make(chan struct{}, 1),
		drained: make(chan struct{}, 1),
		opened:  make(chan struct{}),
		closed:  make(chan struct{}),
	}
	dc, err := pc.newChannel(label, id, channelEvents{
		drained: func() { signal(c.drained) },
		message: events.message,
		opened: func() {
			close(c.opened)
			events.opened()
		},
		closed: func() {
			close(c.closed)
			events.closed()
		},
	})
	if err != nil {
		return nil, fmt.Errorf("create data channel %s: %w", label, err)
	}
	dc.SetBufferedAmountLowThreshold(drainedMark)
	c.dc = dc
	return c, nil
}

// offering reports whether an offer of this side is unanswered. It returns false
// for nil.
func (c *connection) offering() bool {
	return c != nil && c.pc.SignalingState() == webrtc.SignalingStateHaveLocalOffer
}

func (c *connection) rollback() error {
	if err := c.pc.rollback(); err != nil {
		return fmt.Errorf("take back offer: %w", err)
	}
	return nil
}

// close frees everything at once.
func (c *connection) close() {
	c.free()
	c.pc.close()
	for _, channel := range []*channel{c.chat, c.bulk} {
		if channel != nil {
			channel.dc.release()
		}
	}
}

// stage returns how far a connection came that did not open.
func (c *connection) stage() signalingv1.Failed_Stage {
	switch {
	case c.pc.ConnectionState() == webrtc.PeerConnectionStateConnected:
		return signalingv1.Failed_STAGE_CHANNEL
	case c.pc.ICEConnectionState() == webrtc.ICEConnectionStateConnected,
		c.pc.ICEConnectionState() == webrtc.ICEConnectionStateCompleted:
		return signalingv1.Failed_STAGE_DTLS
	case c.pc.ICEConnectionState() == webrtc.ICEConnectionStateNew:
		return signalingv1.Failed_STAGE_NO_CANDIDATES
	default:
		return signalingv1.Failed_STAGE_ICE
	}
}

// refreshICE sets the ICE servers for the next ICE restart, because the
// credentials of TURN servers expire. An equal list changes nothing.
func (c *connection) refreshICE(servers []webrtc.ICEServer) {
	if len(servers) > 0 && !reflect.DeepEqual(servers, c.ice) {
		c.ice = servers
		c.pc.setICEServers(servers)
	}
}

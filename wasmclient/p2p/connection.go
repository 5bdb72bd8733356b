package p2p

import (
	"fmt"

	"github.com/pion/webrtc/v4"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
)

// The data channels of every connection, negotiated and so known to both
// sides beforehand.
const (
	chatChannel uint16 = 0
	bulkChannel uint16 = 1
)

// Backpressure: senders wait above the mark until the buffer has drained.
const (
	highWaterMark = 1 << 20
	drainedMark   = 256 << 10
)

// connection is one RTCPeerConnection with its two data channels.
type connection struct {
	id         string
	pc         *webrtc.PeerConnection
	chat, bulk *channel
	release    func() // of the listeners
}

// connectionEvents are told what happens to a connection, from any goroutine
// or from the browser's event loop: they must not block.
type connectionEvents struct {
	candidate func(*signalingv1.IceCandidate) // nil: gathering has ended
	state     func()
	opened    func() // the chat channel is open
	closed    func() // the chat channel is closed
	message   func([]byte)
}

// channelEvents likewise, for one data channel.
type channelEvents struct {
	opened, closed, drained func()
	message                 func([]byte)
}

// channel is a data channel with backpressure.
type channel struct {
	dc      *webrtc.DataChannel
	turn    chan struct{} // held by the one sender that may wait for the buffer
	drained chan struct{}
	closed  chan struct{}
	release func()
}

func newConnection(configuration webrtc.Configuration, engine nativeEngine, events connectionEvents) (*connection, error) {
	pc, err := newPeerConnection(configuration, engine)
	if err != nil {
		return nil, fmt.Errorf("create peer connection: %w", err)
	}
	c := &connection{id: newRandomID(), pc: pc}
	c.release = listenConnection(pc, events)
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

func newChannel(pc *webrtc.PeerConnection, label string, id uint16, events connectionEvents) (*channel, error) {
	negotiated := true
	dc, err := pc.CreateDataChannel(label, &webrtc.DataChannelInit{Negotiated: &negotiated, ID: &id})
	if err != nil {
		return nil, fmt.Errorf("create data channel %s: %w", label, err)
	}
	dc.SetBufferedAmountLowThreshold(drainedMark)
	c := &channel{dc: dc, turn: make(chan struct{}, 1), drained: make(chan struct{}, 1), closed: make(chan struct{})}
	c.release = listenChannel(dc, channelEvents{
		opened:  events.opened,
		drained: func() { signal(c.drained) },
		message: events.message,
		closed: func() {
			close(c.closed)
			events.closed()
		},
	})
	return c, nil
}

// close frees everything at once.
func (c *connection) close() {
	c.release()
	closePeerConnection(c.pc)
	for _, channel := range []*channel{c.chat, c.bulk} {
		if channel != nil {
			channel.release()
		}
	}
}

// stage tells how far a connection came that did not open.
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

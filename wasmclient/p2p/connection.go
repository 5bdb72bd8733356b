package p2p

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/credit"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
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
	peer       atomic.Pointer[string] // the id of the peer; nil: not known yet
	trace      tracer                 // nil: off
	pc         rtc.Connection
	ways       rtc.Configuration // in use; belongs to the link's goroutine
	seen       *sightings
	chat, bulk *channel
	verified   atomic.Bool // the peer may talk: it came by the same invite, or there is none
	spoke      bool        // the peer has sent something; belongs to the chat channel's events
	giving     giving
	incoming   gate // for messages
	outgoing   gate
	freed      chan struct{} // closed when nothing more is sent on it
	free       func()        // closes freed
}

// connectionEvents are callbacks for the events of a connection. They are called
// from any goroutine or from the browser's event loop, so they must not block.
type connectionEvents struct {
	candidate func(*rtc.Candidate) // nil: gathering has ended
	state     func()
	opened    func() // the chat channel is open
	closed    func() // the chat channel is closed
	message   func(bulk bool, data []byte)
}

// channel is a data channel with backpressure.
type channel struct {
	id      uint16
	dc      rtc.Channel
	turn    chan struct{} // full while a sender waits for the buffer; others wait for it
	drained chan struct{}
	opened  chan struct{}
	closed  chan struct{}

	sending   *credit.Sending
	receiving *credit.Receiving
	outgoing  *gate // of the connection
}

// sendNow sends a message that does not wait for credit.
func (c *channel) sendNow(data []byte) error {
	c.sending.Add(len(data))
	return c.send(data)
}

// send sends a message, or holds it back during a silence.
func (c *channel) send(data []byte) error {
	var err error
	if !c.outgoing.pass(func() { err = c.dc.Send(data) }) {
		return nil
	}
	return err
}

// newConnection creates a connection, to that peer if it is known already.
func newConnection(settings settings, peer *string, ways rtc.Configuration, events connectionEvents) (*connection, error) {
	seen := new(sightings)
	c := &connection{id: platform.RandomID(), trace: settings.trace, ways: ways, seen: seen, freed: make(chan struct{})}
	c.peer.Store(peer)
	c.verified.Store(settings.invite == "")
	handlers := rtc.Events{
		Candidate: func(candidate *rtc.Candidate) {
			seen.candidate(candidate)
			events.candidate(candidate)
		},
		ServerError: seen.serverError,
		State:       events.state,
	}
	if c.trace != nil {
		handlers = c.trace.events(c, handlers)
	}
	pc, err := settings.engine(ways, handlers)
	if err != nil {
		return nil, failed("create peer connection", err)
	}
	c.pc = pc
	c.step(TraceConnectionCreated, "")
	create := newChannelFunc(pc.NewChannel)
	if c.trace != nil {
		create = c.trace.channels(c)
	}
	deliver := events.message
	events.message = func(bulk bool, data []byte) { c.incoming.pass(func() { deliver(bulk, data) }) }
	c.free = sync.OnceFunc(func() { close(c.freed) })
	if c.chat, err = newChannel(create, "chat", chatChannel, events); err == nil {
		events.opened, events.closed = func() {}, func() {}
		c.bulk, err = newChannel(create, "bulk", bulkChannel, events)
	}
	if err != nil {
		c.close("")
		return nil, err
	}
	c.chat.outgoing, c.bulk.outgoing = &c.outgoing, &c.outgoing
	return c, nil
}

// newChannelFunc is NewChannel of a connection.
type newChannelFunc func(label string, id uint16, events rtc.ChannelEvents) (rtc.Channel, error)

func newChannel(create newChannelFunc, label string, id uint16, events connectionEvents) (*channel, error) {
	c := &channel{
		id:      id,
		turn:    make(chan struct{}, 1),
		drained: make(chan struct{}, 1),
		opened:  make(chan struct{}),
		closed:  make(chan struct{}),

		sending: credit.New(), receiving: new(credit.Receiving),
	}
	dc, err := create(label, id, rtc.ChannelEvents{
		Drained: func() { workqueue.Signal(c.drained) },
		Message: func(data []byte) { events.message(id == bulkChannel, data) },
		Opened: func() {
			events.opened() // sends the first message: others wait for c.opened
			close(c.opened)
		},
		Closed: func() {
			close(c.closed)
			events.closed()
		},
	})
	if err != nil {
		return nil, failed("create data channel "+label, err)
	}
	dc.SetBufferedAmountLowThreshold(drainedMark)
	c.dc = dc
	return c, nil
}

// offering reports whether an offer of this side is unanswered. It returns false
// for nil.
func (c *connection) offering() bool {
	return c != nil && c.pc.SignalingState() == rtc.SignalingHaveLocalOffer
}

// setLocal applies a description of this side.
func (c *connection) setLocal(description rtc.Description) error {
	if c.trace != nil {
		c.trace.description(c, description)
	}
	if err := c.pc.SetLocalDescription(description); err != nil {
		return failed("set local description", err)
	}
	return nil
}

func (c *connection) rollback() error {
	if err := c.pc.Rollback(); err != nil {
		return failed("take back offer", err)
	}
	return nil
}

// close frees everything at once. Reason is why the peer is gone, or empty.
func (c *connection) close(reason Reason) {
	c.free()
	c.pc.Close()
	for _, channel := range []*channel{c.chat, c.bulk} {
		if channel != nil {
			channel.dc.Release()
		}
	}
	c.step(TraceConnectionClosed, string(reason))
}

// refreshWays sets the ICE servers for the next ICE restart, because the
// credentials of TURN servers expire. Equal ways change nothing. The error is errPolicy if
// only relays may be used from now on: pion cannot change that, and Chromium would stay on
// a direct path that works.
func (c *connection) refreshWays(ways rtc.Configuration) error {
	if ways.RelayOnly && !c.ways.RelayOnly {
		return errPolicy
	}
	if (len(ways.Servers) > 0 || ways.RelayOnly) && !ways.Equal(c.ways) {
		c.ways = ways
		c.pc.SetConfiguration(ways)
	}
	return nil
}

var errPolicy = errors.New("only a new connection can use relays only")

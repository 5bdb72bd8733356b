//go:build !js

package p2p

import (
	"errors"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/chat/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// fakeChannel is one end of a data channel in a fakeNetwork.
type fakeChannel struct {
	connection *fakeConnection
	id         uint16
	events     rtc.ChannelEvents
	opening    sync.Once

	// The following fields are guarded by the network's mu.
	opened, closing, shutDown bool
	released                  bool
	queue                     [][]byte // sent and not delivered
	buffered                  uint64
	low                       uint64
	delivering                bool
}

func (c *fakeChannel) open() {
	c.opening.Do(func() {
		unlock := c.connection.lock()
		c.opened = true
		unlock()
		c.events.Opened()
	})
	c.pump()
}

func (c *fakeChannel) Send(data []byte) error {
	unlock := c.connection.lock()
	if !c.opened || c.closing || c.shutDown || c.connection.closed {
		unlock()
		return errors.New("channel is not open")
	}
	if envelope := new(chatv1.Envelope); c.connection.host.mute && proto.Unmarshal(data, envelope) == nil && (envelope.GetPing() != nil || envelope.GetPong() != nil) {
		unlock()
		return nil
	}
	c.queue = append(c.queue, slices.Clone(data))
	c.buffered += uint64(len(data))
	unlock()
	c.pump()
	return nil
}

// pump begins to deliver the queue, if the path works and no delivery is under
// way.
func (c *fakeChannel) pump() {
	defer c.connection.lock()()
	if !c.delivering && (len(c.queue) > 0 || c.closing) && c.reachesLocked() {
		c.delivering = true
		time.AfterFunc(fakeLatency, c.deliver)
	}
}

func (c *fakeChannel) reachesLocked() bool {
	of := c.connection
	return of.peer != nil && !of.closed && of.peer.channels[c.id].opened && !c.shutDown &&
		of.host.network.pathLocked(of.selected[0], of.selected[1])
}

func (c *fakeChannel) deliver() {
	unlock := c.connection.lock()
	if !c.reachesLocked() {
		c.delivering = false
		unlock()
		return
	}
	batch, drained := c.queue, c.buffered > c.low
	c.queue, c.buffered = nil, 0
	to, last := c.connection.peer.channels[c.id], c.closing
	quiet, deaf := c.released, to.released
	unlock()
	for _, data := range batch {
		if !deaf {
			to.events.Message(data)
		}
	}
	if drained && !quiet {
		c.events.Drained()
	}
	unlock = c.connection.lock()
	c.delivering = false
	unlock()
	if last {
		to.shut()
		c.shut()
	}
	c.pump()
}

// shut closes one end of the channel.
func (c *fakeChannel) shut() {
	unlock := c.connection.lock()
	again := c.shutDown || c.released
	c.shutDown = true
	unlock()
	if !again {
		c.events.Closed()
	}
}

func (c *fakeChannel) BufferedAmount() uint64 {
	defer c.connection.lock()()
	return c.buffered
}

func (c *fakeChannel) SetBufferedAmountLowThreshold(low uint64) {
	defer c.connection.lock()()
	c.low = low
}

func (c *fakeChannel) Close() {
	unlock := c.connection.lock()
	c.closing = true
	unlock()
	c.pump()
}

func (c *fakeChannel) StopMessages() {}

func (c *fakeChannel) Release() {
	defer c.connection.lock()()
	c.released = true
}

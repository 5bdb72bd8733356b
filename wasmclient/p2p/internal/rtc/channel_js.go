package rtc

import (
	"sync"
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

type browserChannel struct {
	channel   js.Value
	listeners domjs.Listeners
	messages  domjs.Listeners
	sent      domjs.Buffer // send copies it before it returns
}

func (c *browserConnection) NewChannel(label string, id uint16, events ChannelEvents) (channel Channel, err error) {
	defer domjs.Catch(&err)
	made := &browserChannel{channel: c.pc.Call("createDataChannel", label, map[string]any{"negotiated": true, "id": id})}
	made.channel.Set("binaryType", "arraybuffer")
	on := func(name string, handle func()) {
		made.listeners.On(made.channel, name, func(js.Value) { handle() })
	}
	// Where SCTP needs no handshake (SNAP), Chromium 156 crashes if the page sends in
	// the task of the event "open".
	opened := sync.OnceFunc(events.Opened)
	on("open", func() { made.listeners.NextTask(opened) })
	on("close", events.Closed)
	on("bufferedamountlow", events.Drained)
	made.messages.On(made.channel, "message", func(event js.Value) {
		if data := event.Get("data"); data.Type() == js.TypeObject { // a text is not of the protocol
			opened()
			events.Message(domjs.BytesOf(domjs.View(data)))
		}
	})
	return made, nil
}

func (c *browserChannel) Send(data []byte) (err error) {
	defer domjs.Catch(&err)
	c.channel.Call("send", c.sent.Copy(data))
	return nil
}

func (c *browserChannel) BufferedAmount() uint64 {
	return uint64(c.channel.Get("bufferedAmount").Float())
}

func (c *browserChannel) SetBufferedAmountLowThreshold(low uint64) {
	c.channel.Set("bufferedAmountLowThreshold", low)
}

func (c *browserChannel) Close() {
	var err error
	defer domjs.Catch(&err) // a channel that cannot be closed is closed
	c.channel.Call("close")
}

func (c *browserChannel) StopMessages() { c.messages.Release() }

func (c *browserChannel) Release() {
	c.messages.Release()
	c.listeners.Release()
}

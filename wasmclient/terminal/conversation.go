//go:build !js

package terminal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// partner is the name of the other one in a chat of two.
const partner = "partner"

// conversation is one chat. It belongs to session.run.
type conversation struct {
	session  *session
	ctx      context.Context //nolint:containedctx // of the search and the chat
	stop     context.CancelFunc
	room     *p2p.Room
	peers    []p2p.Peer // all other members, in slot order
	outbox   *outbox
	delivery delivery
	files    *files
}

// begin begins to listen to an open room.
func (c *conversation) begin(session context.Context, room *p2p.Room) {
	s := c.session
	ctx, cancel := context.WithCancel(context.WithoutCancel(session)) // until the goodbye
	c.room, c.peers, c.stop = room, room.Members(), cancel
	c.outbox = newOutbox(ctx, s, room, c.sent)
	connected := event{Type: typeState, State: "connected", Room: room.ID(), Interest: room.Interest(), Text: "Connected. Say hello; Ctrl-C leaves."}
	for _, peer := range c.peers {
		connected.Slots = append(connected.Slots, peer.Slot)
	}
	if len(c.peers) > 1 {
		connected.Text = fmt.Sprintf("Connected with %d others. Say hello; Ctrl-C leaves.", len(c.peers))
	}
	s.printer.print(connected)
	c.delivery = newDelivery(c.peers)
	if !s.interactive {
		c.outbox.add(outgoing{content: p2p.Data{Type: inputType, Value: []byte(inputOpen)}})
	}
	c.files = newFiles(c)
	held := s.held
	s.held = nil
	for _, line := range held {
		s.entered(session, line)
	}
	go c.listen(ctx)
	if s.inputEnded {
		c.inputEnded()
	}
}

// end stops what belongs to the chat, but leaves the room open for a goodbye.
func (c *conversation) end() {
	c.stop()
	c.delivery.stop()
}

// listen hands what the peers send to the session, until the chat is over.
func (c *conversation) listen(ctx context.Context) {
	for message, err := range c.room.Messages() {
		happened := func() { c.received(message) }
		var ended *p2p.EndedError
		if errors.As(err, &ended) {
			happened = func() { c.session.ended(c, ended) }
		}
		if !c.session.post(func() {
			if ctx.Err() == nil {
				happened()
			}
		}) {
			return
		}
	}
}

// received shows or processes a message of a peer. Content that is missing here is ignored.
func (c *conversation) received(message p2p.Message) {
	switch content := message.Content.(type) {
	case p2p.Text:
		if content.Text != "" {
			slot := c.slot(message.From)
			c.session.printer.print(event{Type: typeMessage, Slot: &slot, ID: message.ID, Text: content.Text, from: c.name(message.From)})
			c.outbox.confirm(message.From, message.ID)
		}
	case p2p.FileOffer, p2p.FileCancel:
		c.files.received(c.outbox.ctx, message)
	case p2p.Receipt:
		c.delivery.confirmed(message.From, content.MessageIDs)
	case p2p.Data:
		if content.Type == inputType && c.delivery.input(message.From, string(content.Value)) {
			c.outbox.confirmNow(message.From) // the texts before it
			c.outbox.add(outgoing{to: message.From, content: p2p.Receipt{MessageIDs: []string{message.ID}}})
		}
	}
	c.leaveIfDelivered()
}

func (c *conversation) changed(change p2p.Change) {
	if c.session.chat != c || change.State == "" {
		return
	}
	told := changeEvent(change)
	if len(c.peers) > 1 {
		name := c.name(change.Peer.ID)
		switch {
		case change.State == p2p.PeerGone:
			told.Text = fmt.Sprintf("%s has left.", name)
		case told.Text != "":
			told.Text = name + ": " + told.Text
		}
	}
	c.session.printer.print(told)
	if change.State == p2p.PeerGone {
		c.delivery.gone(change.Peer.ID)
		c.leaveIfDelivered()
	}
}

// say sends a line.
func (c *conversation) say(text string) {
	if c.outbox.texts() >= mostQueued {
		c.session.refuse("your partner does not read what you sent before")
		return
	}
	c.outbox.add(outgoing{content: p2p.Text{Text: text}})
}

// sent notes that a message was sent, or says why not.
func (c *conversation) sent(content p2p.Content, id string, err error) {
	_, isText := content.(p2p.Text)
	switch {
	case err == nil && isText:
		c.delivery.sent(id)
	case err == nil:
		if data, ok := content.(p2p.Data); ok && string(data.Value) == inputEnd {
			c.delivery.end(id)
		}
	case errors.Is(err, p2p.ErrTooLarge):
		c.session.refuse(errLongLine.Error())
	case errors.As(err, new(*p2p.EndedError)):
		if isText {
			c.session.refuse("nobody is here any more")
		}
	case isText:
		c.session.refuse(err.Error())
	}
	c.leaveIfDelivered()
}

// inputEnded tells the peers that nothing more comes from this side, and leaves when all
// has arrived, or after --wait.
func (c *conversation) inputEnded() {
	c.outbox.add(outgoing{content: p2p.Data{Type: inputType, Value: []byte(inputEnd)}})
	wait := c.session.flags.Wait
	c.delivery.begin(wait, func() { c.session.post(c.leaveIfDelivered) })
}

func (c *conversation) leaveIfDelivered() {
	if s := c.session; s.chat == c && s.inputEnded && !c.outbox.busy() && !c.files.busy() && c.delivery.mayLeave(time.Now()) {
		if c.delivery.unanswered() {
			s.finish(errUnconfirmed)
		}
		s.finish(nil)
	}
}

// delivered reports whether every peer has confirmed the texts of this side.
func (c *conversation) delivered() bool { return c.outbox.texts() == 0 && c.delivery.complete() }

func (c *conversation) slot(peerID string) int {
	return c.peers[slices.IndexFunc(c.peers, func(peer p2p.Peer) bool { return peer.ID == peerID })].Slot
}

// name returns what a peer is called here.
func (c *conversation) name(peerID string) string {
	if len(c.peers) == 1 {
		return partner
	}
	return fmt.Sprintf("person %d", c.slot(peerID)+1)
}

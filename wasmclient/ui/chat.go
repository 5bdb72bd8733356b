package ui

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// chat is one search, and the chat that it finds.
type chat struct {
	session  *Session
	search   int
	room     atomic.Pointer[p2p.Room] // nil until somebody is found
	outgoing *outgoing
	files    *transfers
	opened   chan struct{} // closed when Connected was posted
	gone     chan struct{} // closed by allGone: everybody has left
	allGone  func()
	over     chan struct{} // closed when it is over, at the server too
}

func newChat(session *Session, search int) *chat {
	c := &chat{
		session: session, search: search, outgoing: newOutgoing(search, session.post), files: newTransfers(search, session.post),
		opened: make(chan struct{}), gone: make(chan struct{}), over: make(chan struct{}),
	}
	c.allGone = sync.OnceFunc(func() { close(c.gone) })
	return c
}

// run finds somebody and listens until the chat is over or ctx ends.
func (c *chat) run(ctx context.Context, find Find) {
	room, err := c.session.find(ctx, c.options(find))
	if err != nil {
		c.session.post(ended(c.search, err))
		return
	}
	c.open(ctx, room)
	stopped := context.AfterFunc(ctx, func() { closeRoom(ctx, room) })
	defer func() {
		if stopped() {
			_ = room.Close() // everybody is gone: there is nobody to tell
		}
	}()
	c.listen(ctx, room)
}

func (c *chat) options(find Find) []p2p.Option {
	options := []p2p.Option{
		p2p.WithProgress(func(now p2p.Progress) { c.session.post(Progressed{c.search, now}) }),
		p2p.WithChanges(c.changed),
	}
	if find.Invite != "" {
		options = append(options, p2p.WithInvite(find.Invite))
	} else {
		options = append(options, p2p.WithGroupSize(find.GroupSize), p2p.WithInterests(find.Interests...))
	}
	if log := c.session.Log; log != nil && log.Recording() {
		log.Begin()
		options = append(options, p2p.WithTrace(log.Add))
	}
	if find.RelayOnly {
		options = append(options, p2p.WithRelayOnly())
	}
	return options
}

// open tells who is here, and lets messages and files pass.
func (c *chat) open(ctx context.Context, room *p2p.Room) {
	connected := Connected{
		Search: c.search, Self: room.Slot(), Interest: withoutLanguage(room.Interest()),
		Luck: rand.IntN(math.MaxInt32), //nolint:gosec // for the choice of words
	}
	members := room.Members()
	for _, member := range members {
		connected.Slots = append(connected.Slots, member.Slot)
	}
	c.room.Store(room)
	c.files.open(ctx, room)
	c.outgoing.open(members)
	c.session.latest.Store(room)
	c.session.blocks.met(c.search, members)
	c.session.post(connected)
	close(c.opened)
	for _, member := range members {
		c.tellCode(member)
	}
}

// listen posts what the others send.
func (c *chat) listen(ctx context.Context, room *p2p.Room) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sent := make(chan []int, 1)
	go func() { sent <- c.outgoing.send(ctx, room.Send) }()
	incoming := newIncoming(c.gone, c.session.post)
	members := room.Members()
	for message, err := range room.Messages() {
		if err != nil {
			incoming.close()
			cancel()
			c.outgoing.failLost(<-sent, err)
			c.session.post(ended(c.search, err))
			return
		}
		from := slices.IndexFunc(members, func(member p2p.Peer) bool { return member.ID == message.From })
		incoming.put(c.received(members[from].Slot, message))
	}
}

// received processes a message of the member in that slot, and returns the event that it is,
// or nil.
func (c *chat) received(slot int, message p2p.Message) Event {
	switch content := message.Content.(type) {
	case p2p.Text:
		if content.Text != "" {
			c.outgoing.confirm(message.ID)
			return Received{c.search, slot, content.Text}
		}
	case p2p.Typing:
		return MemberTyping{c.search, slot}
	case p2p.Receipt:
		c.outgoing.confirmed(message.From, content.MessageIDs)
	case p2p.FileOffer:
		return FileOffer{c.search, slot, message}
	case p2p.FileCancel:
		return FileWithdrawn{c.search, slot, content.OfferID}
	}
	return nil
}

// changed posts the changes of the links, when it is known who is here. It ignores those of
// signaling, because an open chat does not need it.
func (c *chat) changed(change p2p.Change) {
	<-c.opened
	slot := change.Peer.Slot
	switch change.State {
	case p2p.PeerInterrupted:
		c.session.post(Interrupted{c.search, slot})
	case p2p.PeerConnected:
		c.session.post(Restored{c.search, slot})
		c.tellCode(change.Peer)
	case p2p.PeerGone:
		if len(c.room.Load().Peers()) == 0 {
			c.allGone()
		}
		c.outgoing.left(change.Peer.ID)
		c.session.post(Left{c.search, slot, change.Reason})
	default:
	}
}

// tellCode posts the safety code of the connection of now to a member.
func (c *chat) tellCode(member p2p.Peer) {
	if code := c.room.Load().SafetyCode(member.ID); code != nil {
		c.session.post(Coded{c.search, member.Slot, string(code)})
	}
}

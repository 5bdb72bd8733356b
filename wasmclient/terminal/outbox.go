//go:build !js

package terminal

import (
	"context"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

const (
	// mostQueued is how many messages wait for a partner who does not read.
	mostQueued = 100
	// confirmEvery is how long the ids of received messages are gathered for one receipt.
	confirmEvery = 200 * time.Millisecond
	// mostConfirmed is how many ids one receipt has, and mostOwed how many wait for the next
	// one. More come only from somebody who is faster than any person.
	mostConfirmed, mostOwed = 64, 256
	// longestID is the bound of chat.v1 for the id of a message, in bytes.
	longestID = 64
)

// outgoing is a message to send.
type outgoing struct {
	to      string // peer id; empty: everybody
	content p2p.Content
}

// outbox sends messages one after the other, each when the peers have room for it. It
// belongs to session.run.
type outbox struct {
	ctx   context.Context                                                    //nolint:containedctx // of the chat
	send  func(message outgoing, limit time.Duration) (id string, err error) // no limit: 0
	post  func(func()) bool
	sent  func(content p2p.Content, id string, err error)
	queue []outgoing // the first one is being sent
	owed  map[string][]string
}

func newOutbox(ctx context.Context, s *session, room *p2p.Room, sent func(p2p.Content, string, error)) *outbox {
	return &outbox{
		ctx: ctx, post: s.post, sent: sent, owed: map[string][]string{},
		send: func(next outgoing, limit time.Duration) (string, error) {
			ctx := ctx
			if limit > 0 {
				limited, cancel := context.WithTimeout(ctx, limit)
				defer cancel()
				ctx = limited
			}
			if next.to != "" {
				return room.SendTo(ctx, next.to, next.content)
			}
			return room.Send(ctx, next.content)
		},
	}
}

// add sends a message after the earlier ones.
func (o *outbox) add(message outgoing) {
	o.queue = append(o.queue, message)
	if len(o.queue) == 1 {
		o.sendFirst()
	}
}

func (o *outbox) sendFirst() {
	next := o.queue[0]
	go func() {
		id, err := o.send(next, 0)
		o.post(func() {
			if o.ctx.Err() != nil {
				return
			}
			o.queue = o.queue[1:]
			if len(o.queue) > 0 {
				o.sendFirst()
			}
			o.sent(next.content, id, err)
		})
	}()
}

// busy reports whether something is not sent yet.
func (o *outbox) busy() bool { return len(o.queue) > 0 }

// texts returns how many lines are not sent yet.
func (o *outbox) texts() int {
	count := 0
	for _, waiting := range o.queue {
		if _, isText := waiting.content.(p2p.Text); isText {
			count++
		}
	}
	return count
}

// confirm tells a peer soon that its message has arrived. A stranger chose the id: one that
// is empty or longer than allowed is not confirmed, nor is one of too many.
func (o *outbox) confirm(peerID, id string) {
	owed := o.owed[peerID]
	if id == "" || len(id) > longestID || len(owed) == mostOwed || slices.Contains(owed, id) {
		return
	}
	o.owed[peerID] = append(owed, id)
	if len(owed) == 0 {
		time.AfterFunc(confirmEvery, func() { o.post(func() { o.confirmNow(peerID) }) })
	}
}

// confirmNow sends the receipts that a peer is owed, unless it does not read.
func (o *outbox) confirmNow(peerID string) {
	if o.ctx.Err() != nil {
		return
	}
	for _, receipt := range o.receipts(peerID) {
		if len(o.queue) < mostQueued {
			o.add(receipt)
		}
	}
}

// receipts returns the receipts that a peer is owed, and forgets them.
func (o *outbox) receipts(peerID string) []outgoing {
	var receipts []outgoing
	for part := range slices.Chunk(o.owed[peerID], mostConfirmed) {
		receipts = append(receipts, outgoing{to: peerID, content: p2p.Receipt{MessageIDs: part}})
	}
	delete(o.owed, peerID)
	return receipts
}

// confirmAll sends all receipts now, before a goodbye. A peer that has no room for them
// gets none.
func (o *outbox) confirmAll() {
	for peerID := range o.owed {
		for _, receipt := range o.receipts(peerID) {
			_, _ = o.send(receipt, confirmEvery)
		}
	}
}

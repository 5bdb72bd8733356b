package ui

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

const (
	// maxUnsent is how many messages wait for a partner whose buffer is full
	// before further ones fail.
	maxUnsent = 256
	// maxSent is how many of the messages sent last are remembered: package p2p
	// counts no more as unconfirmed.
	maxSent = 16 << 10
)

// outgoing is what this side sends in one chat. Its methods are safe for concurrent
// use, but send and failLost are for one goroutine.
type outgoing struct {
	search   int
	post     func(Event)
	texts    chan SendText
	writing  chan struct{} // the partner is to be told that this person writes
	receipts *receipts

	mu          sync.Mutex              // guards the following fields
	here        []string                // peer ids of those who are here
	unconfirmed map[string]*unconfirmed // by the id that a receipt would name
}

// unconfirmed is a message that was sent, and not confirmed by all who are here.
type unconfirmed struct {
	message   int
	missing   []string // peer ids of those who have not confirmed it
	confirmed bool     // by somebody
}

func newOutgoing(search int, post func(Event)) *outgoing {
	return &outgoing{
		search: search, post: post, texts: make(chan SendText, maxUnsent), writing: make(chan struct{}, 1),
		receipts: newReceipts(), unconfirmed: map[string]*unconfirmed{},
	}
}

// open notes who is here.
func (o *outgoing) open(members []p2p.Peer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, member := range members {
		o.here = append(o.here, member.ID)
	}
}

// left notes that somebody is gone. What all others have confirmed is delivered.
func (o *outgoing) left(peer string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.here = without(o.here, peer)
	var delivered []int
	for id, sent := range o.unconfirmed {
		sent.missing = without(sent.missing, peer)
		if len(sent.missing) == 0 && sent.confirmed {
			delete(o.unconfirmed, id)
			delivered = append(delivered, sent.message)
		}
	}
	o.deliverLocked(delivered)
}

//go:noinline
func without(peers []string, gone string) []string {
	return slices.DeleteFunc(slices.Clone(peers), func(peer string) bool { return peer == gone })
}

func (o *outgoing) deliverLocked(messages []int) {
	if len(messages) > 0 {
		o.post(Delivered{o.search, messages})
	}
}

// text sends a message after the others, without waiting.
func (o *outgoing) text(message SendText) {
	select {
	case o.texts <- message:
	default:
		o.post(SendFailed{o.search, message.Message})
	}
}

// typing tells the partner that this person writes.
func (o *outgoing) typing() {
	select {
	case o.writing <- struct{}{}:
	default:
	}
}

// confirm tells the partner soon that the message of that id has arrived.
func (o *outgoing) confirm(id string) { o.receipts.add(id) }

// confirmed posts which messages all have now confirmed, after a receipt of a peer with these
// ids. A stranger chose them: they may name nothing, be many, or come again.
func (o *outgoing) confirmed(peer string, ids []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var delivered []int
	for _, id := range ids {
		sent, known := o.unconfirmed[id]
		if !known {
			continue
		}
		sent.missing, sent.confirmed = without(sent.missing, peer), true
		if len(sent.missing) == 0 {
			delete(o.unconfirmed, id)
			delivered = append(delivered, sent.message)
		}
	}
	o.deliverLocked(delivered)
}

// send sends one message after the other, so that they arrive in order, until ctx ends.
// It returns which were sent last, with 0 for those that are no text.
func (o *outgoing) send(ctx context.Context, send func(context.Context, p2p.Content) (string, error)) (sent []int) {
	for {
		var message int
		var content p2p.Content
		select {
		case <-ctx.Done():
			o.failAll()
			return sent
		case text := <-o.texts:
			message, content = text.Message, p2p.Text{Text: text.Text}
		case <-o.writing:
			content = p2p.Typing{}
		case <-o.receipts.due:
			content = p2p.Receipt{MessageIDs: o.receipts.take()}
		}
		id, err := send(ctx, content)
		switch {
		case err == nil:
			sent = append(sent[max(0, len(sent)-maxSent+1):], message)
			o.wasSent(id, message)
		case message != 0:
			o.post(SendFailed{o.search, message})
		}
	}
}

// wasSent notes a message. Its receipt cannot come before that in a browser, where nothing
// arrives until this goroutine waits.
func (o *outgoing) wasSent(id string, message int) {
	if message == 0 {
		return
	}
	o.mu.Lock()
	o.unconfirmed[id] = &unconfirmed{message: message, missing: o.here}
	if len(o.unconfirmed) > 2*MaxMessages { // somebody confirms nothing
		for id, old := range o.unconfirmed {
			if old.message <= message-MaxMessages {
				delete(o.unconfirmed, id)
			}
		}
	}
	o.mu.Unlock()
	o.post(Sent{o.search, message})
}

// failLost reports those of the messages sent that the partner may not have
// received, because it left.
func (o *outgoing) failLost(sent []int, err error) {
	var end *p2p.EndedError
	if !errors.As(err, &end) {
		return
	}
	for _, message := range sent[max(0, len(sent)-end.Unconfirmed):] {
		if message != 0 {
			o.post(SendFailed{o.search, message})
		}
	}
}

func (o *outgoing) failAll() {
	for {
		select {
		case message := <-o.texts:
			o.post(SendFailed{o.search, message.Message})
		default:
			return
		}
	}
}

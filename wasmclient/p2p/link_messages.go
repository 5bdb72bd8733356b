package p2p

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/chat/v1"
)

// message takes one data channel message. It runs in pion's reader or in the
// browser's event loop, so it must not block; that is also what keeps the
// order. What is too large, cannot be read or is not known is skipped.
func (l *link) message(data []byte) {
	if len(data) > largestEnvelope {
		return
	}
	envelope := new(chatv1.Envelope)
	if proto.Unmarshal(data, envelope) != nil {
		return
	}
	if presence := envelope.GetPresence(); presence != nil {
		l.mu.Lock()
		l.peerHidden = presence.GetHidden()
		l.mu.Unlock()
	}
	switch content := envelope.GetContent().(type) {
	case nil:
	case *chatv1.Envelope_Ping:
		l.tell(&chatv1.Envelope{Content: &chatv1.Envelope_Pong{Pong: &chatv1.Pong{Nonce: content.Ping.GetNonce()}}})
	case *chatv1.Envelope_Pong:
	case *chatv1.Envelope_Bye:
		l.gone(byeReason(content.Bye.GetReason()))
	default:
		if !l.room.inbox.put(l, Message{From: l.peer.ID, Envelope: envelope}, len(data)) {
			l.gone(ReasonOverrun)
		}
	}
}

// byeReason maps what a peer says to how its leaving is told here.
func byeReason(reason chatv1.Bye_Reason) Reason {
	switch reason {
	case chatv1.Bye_REASON_NEXT:
		return ReasonPeerNext
	case chatv1.Bye_REASON_CLOSED:
		return ReasonPeerGone
	default:
		return ReasonPeerLeft
	}
}

// tell sends at once, but nothing into a full buffer: a peer that reads
// nothing is told nothing. It returns whether it has sent.
func (l *link) tell(envelope *chatv1.Envelope) bool {
	connection := l.current()
	if connection == nil || connection.chat.dc.BufferedAmount() > highWaterMark {
		return false
	}
	data, err := proto.Marshal(envelope)
	return err == nil && connection.chat.dc.Send(data) == nil
}

// send sends in order, waiting while the channel's buffer is full.
func (l *link) send(ctx context.Context, bulk bool, data []byte) error {
	for l.currentState().up() {
		connection := l.current()
		channel := connection.chat
		if bulk {
			channel = connection.bulk
		}
		err := l.sendOn(ctx, channel, connection.freed, data)
		if !errors.Is(err, errReplaced) {
			return err
		}
	}
	return l.ended()
}

// errReplaced tells that a connection was given up for a new one.
var errReplaced = errors.New("connection is replaced")

func (l *link) sendOn(ctx context.Context, channel *channel, freed <-chan struct{}, data []byte) error {
	select {
	case channel.turn <- struct{}{}:
		defer func() { <-channel.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-l.ctx.Done():
		return l.ended()
	}
	ready := channel.opened
	for ready != nil || channel.dc.BufferedAmount() > highWaterMark {
		select {
		case <-ready:
			ready = nil
		case <-channel.drained:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-l.ctx.Done():
			return l.ended()
		case <-freed:
			return errReplaced
		}
	}
	if l.ctx.Err() != nil {
		return l.ended()
	}
	if err := channel.dc.Send(data); err != nil {
		return l.sendFailed(ctx, err)
	}
	return nil
}

// sendFailed tells why a message was not taken. A channel fails while the peer
// closes, a moment before the link hears of it.
func (l *link) sendFailed(ctx context.Context, err error) error {
	ctx, cancel := context.WithTimeout(ctx, l.room.settings.clock.goodbye)
	defer cancel()
	select {
	case <-l.ctx.Done():
		return l.ended()
	case <-ctx.Done():
		return fmt.Errorf("send to %s: %w", l.peer.ID, err)
	}
}

func (l *link) ended() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &EndedError{Reason: l.reason}
}

// bye hands a goodbye to the data channel in the calling goroutine and ends
// the link. It does not wait: neither for a turn nor for the buffer.
func (l *link) bye(reason chatv1.Bye_Reason) {
	l.mu.Lock()
	connection, open := l.connection, l.state.up()
	l.sayBye = open
	l.mu.Unlock()
	if open {
		data, err := proto.Marshal(&chatv1.Envelope{Content: &chatv1.Envelope_Bye{Bye: &chatv1.Bye{Reason: reason}}})
		if err == nil {
			_ = connection.chat.dc.Send(data)
		}
	}
	l.gone(ReasonClosed)
}

// drain lets what was sent go out, then closes the channels in order, all
// within limit: what a closing RTCPeerConnection still holds is lost.
func (c *connection) drain(limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	c.chat.dc.SetBufferedAmountLowThreshold(0)
	for c.chat.dc.BufferedAmount() > 0 {
		select {
		case <-c.chat.drained:
		case <-c.chat.closed:
			return
		case <-ctx.Done():
			return
		}
	}
	c.bulk.dc.close()
	c.chat.dc.close()
	select {
	case <-c.chat.closed:
	case <-ctx.Done():
	}
}

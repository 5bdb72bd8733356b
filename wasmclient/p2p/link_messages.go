package p2p

import (
	"context"
	"errors"
	"time"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
)

// message processes one data channel message. It runs in pion's reader or in
// the browser's event loop, one message after the other, so it must not block.
// Messages that are too large, malformed or of an unknown kind are ignored, but
// a peer that sends too many of them, or of pings, is given up.
func (l *link) message(from *connection, bulk bool, data []byte) {
	if l.ctx.Err() != nil {
		return
	}
	envelope := decode(data)
	granted := from.channel(bulk).receiving.Received(len(data))
	l.firstOf(from, bulk, envelope)
	if !from.verified.Load() {
		l.unverified(from, envelope)
		return
	}
	waits := granted && !from.chat.sending.Unlimited()
	switch content := envelope.GetContent().(type) {
	case nil, *chatv1.Envelope_Ping, *chatv1.Envelope_Pong:
		if l.allows() {
			l.answer(envelope)
		}
	case *chatv1.Envelope_Credit:
		if !l.granted(from, content.Credit) {
			l.allows()
		}
	case *chatv1.Envelope_Bye:
		l.gone(byeReason(content.Bye.GetReason()))
	case *chatv1.Envelope_Proof:
		if l.allows() {
			l.work.Post(func() { l.proofReceived(content.Proof.GetValue()) })
		}
	case *chatv1.Envelope_InviteProof:
		l.allows() // another one says nothing new
	case *chatv1.Envelope_Presence:
		if l.allows() {
			l.mu.Lock()
			l.peerHidden = content.Presence.GetHidden()
			l.mu.Unlock()
			l.deliver(envelope, bulk, len(data), waits)
		}
	default:
		if !bulk && l.received.Again(envelope.GetMessageId(), from) {
			l.giveCredit(from)
			return
		}
		if arrived := (arrival{from, bulk, len(data), waits}); !l.fileMessage(envelope, arrived) {
			l.deliver(envelope, bulk, len(data), waits)
		}
	}
}

// allows reports whether the peer may send another message that this side has to answer
// or to ignore. If it may not, the link ends.
func (l *link) allows() bool {
	allowed := l.allowance.Ignored.Allow()
	if !allowed {
		l.gone(ReasonOverrun)
	}
	return allowed
}

// deliver queues a message for the user. waits: the peer gives credit, and had credit for
// the message.
func (l *link) deliver(envelope *chatv1.Envelope, bulk bool, size int, waits bool) {
	message := Message{From: l.peer.ID, ID: envelope.GetMessageId(), Content: contentOf(envelope)}
	if !l.room.received.put(queuedMessage{l, message, bulk, size}, waits) {
		l.unread()
	}
}

// answer answers a ping, notes a pong, and ignores everything else that is not
// delivered.
func (l *link) answer(envelope *chatv1.Envelope) {
	switch content := envelope.GetContent().(type) {
	case *chatv1.Envelope_Ping:
		l.takesPart()
		l.sendNow(&chatv1.Envelope{Content: &chatv1.Envelope_Pong{Pong: &chatv1.Pong{Nonce: content.Ping.GetNonce()}}})
	case *chatv1.Envelope_Pong:
		l.takesPart()
		if nonce := content.Pong.GetNonce(); l.sent.Pong(nonce) {
			l.current().roundTrip(nonce)
		}
		l.askForPong()
	default:
	}
}

// byeReason returns the reason to report for the reason that a peer gave.
func byeReason(reason chatv1.Bye_Reason) Reason {
	switch reason {
	case chatv1.Bye_REASON_NEXT:
		return ReasonPeerNext
	case chatv1.Bye_REASON_CLOSED:
		return ReasonPeerClosed
	case chatv1.Bye_REASON_UNREAD:
		return ReasonUnread
	default:
		return ReasonPeerLeft
	}
}

// sendNow sends a message without waiting. If the buffer is full, it drops the
// message. It returns whether it has sent.
func (l *link) sendNow(envelope *chatv1.Envelope) bool {
	connection := l.current()
	if connection == nil || connection.chat.dc.BufferedAmount() > highWaterMark {
		return false
	}
	data, err := lite.Marshal(envelope)
	return err == nil && connection.chat.sendNow(data) == nil
}

// send sends a message after those of earlier calls, and waits while the
// channel's buffer is full.
func (l *link) send(ctx context.Context, bulk bool, data []byte) error {
	for l.currentState().up() {
		connection := l.current()
		err := l.sendOn(ctx, connection.channel(bulk), connection.freed, data)
		if !errors.Is(err, errReplaced) {
			return err
		}
	}
	return l.ended()
}

// errReplaced means that a new connection has replaced this one.
var errReplaced = errors.New("connection is replaced")

func (l *link) sendOn(ctx context.Context, channel *channel, freed <-chan struct{}, data []byte) error {
	select {
	case channel.turn <- struct{}{}:
		defer func() { <-channel.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-l.ctx.Done():
		return l.ended()
	case <-freed:
		return errReplaced
	}
	ready := channel.opened
	select {
	case <-ready:
		ready = nil
	default:
	}
	var silent *time.Timer
	defer func() {
		if silent != nil {
			silent.Stop()
		}
	}()
	for ready != nil || channel.dc.BufferedAmount() > highWaterMark || !channel.sending.Take(len(data)) {
		if silent == nil {
			silent = time.NewTimer(l.room.settings.clock.goodbye)
		}
		select {
		case <-ready:
			ready = nil
		case <-channel.drained:
		case <-channel.sending.Changed():
		case <-silent.C: // a peer that gives credit would have done so
			channel.sending.Without()
		case <-ctx.Done():
			if ready == nil && channel.dc.BufferedAmount() <= highWaterMark {
				return &unreadError{context.Cause(ctx)}
			}
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
	if err := channel.send(data); err != nil {
		return l.sendFailed(ctx, freed, err)
	}
	if channel.id == chatChannel {
		l.sent.Add(data, time.Now())
		l.askForPong()
	}
	return nil
}

// askForPong pings soon if that tells whether messages have arrived: when a peer
// leaves, those that have not must not look delivered. One such Ping is under way
// at a time.
func (l *link) askForPong() {
	if l.sent.Unasked() {
		l.work.Post(l.pingSoon)
	}
}

// sendFailed returns the error of a failed send. A channel already fails while
// the peer closes, a moment before the link ends or a successor is open, so
// sendFailed waits for that.
func (l *link) sendFailed(ctx context.Context, freed <-chan struct{}, err error) error {
	if l.newest() == l.current() {
		limited, cancel := context.WithTimeout(ctx, l.room.settings.clock.goodbye)
		defer cancel()
		ctx = limited
	}
	select {
	case <-freed:
		return errReplaced
	case <-l.ctx.Done():
		return l.ended()
	case <-ctx.Done():
		return failed("send to "+l.peer.ID, err)
	}
}

func (l *link) ended() error {
	return &EndedError{Reason: l.goneReason()}
}

// bye queues a goodbye in the data channel and ends the link. It does not wait
// for other senders, nor for the buffer.
func (l *link) bye(reason ByeReason) {
	l.mu.Lock()
	connection, open := l.connection, l.state.up()
	l.sayBye = open
	l.mu.Unlock()
	if open {
		data, err := lite.Marshal(&chatv1.Envelope{Content: &chatv1.Envelope_Bye{Bye: &chatv1.Bye{Reason: reason.encode()}}})
		if err == nil {
			_ = connection.chat.sendNow(data)
		}
		if reason == ByeClosed {
			connection.pc.EndWithPage()
		}
	}
	l.gone(ReasonClosed)
}

// drain waits until all messages are sent and then closes the channels in
// order, all within limit. Closing the RTCPeerConnection at once would lose
// what it still buffers.
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
	c.bulk.dc.Close()
	c.chat.dc.Close()
	select {
	case <-c.chat.closed:
	case <-ctx.Done():
	}
}

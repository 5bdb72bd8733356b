package p2p

import (
	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
)

// What a peer may send on each channel that this side has not read. A path of 100 ms
// round trip carries ten of them a second.
const (
	chatWindow = 256 << 10
	bulkWindow = 1 << 20
)

// opened notes that the chat channel of a connection is open. It does not block.
func (l *link) opened(connection *connection) {
	l.giveCredit(connection) // before anything else, so that the peer knows that it will come
	l.heard(connection)
}

// giveCredit tells the peer what it may send, if that is much more than before. It may be
// called from any goroutine, and does not block.
func (l *link) giveCredit(connection *connection) {
	if l.room.settings.stepByStep {
		return
	}
	unread := l.room.received.unreadOf(l)
	chat, chatDue := connection.chat.receiving.Grant(chatWindow, unread.chat)
	bulk, bulkDue := connection.bulk.receiving.Grant(bulkWindow, unread.bulk)
	if !chatDue && !bulkDue {
		return
	}
	data, err := lite.Marshal(&chatv1.Envelope{Content: &chatv1.Envelope_Credit{Credit: &chatv1.Credit{ChatBytes: chat, BulkBytes: bulk}}})
	if err == nil {
		_ = connection.chat.dc.Send(data) // it need not wait: it is rare, and short
	}
}

// read notes that this side has read a message of the peer.
func (l *link) read() {
	if connection := l.current(); connection != nil && l.currentState().up() {
		l.giveCredit(connection)
	}
}

// granted notes what the peer has room for. It reports whether there was a reason to say
// so.
func (l *link) granted(from *connection, given *chatv1.Credit) bool {
	if l.room.settings.stepByStep {
		return false
	}
	chat, bulk := from.chat.sending.Grant(given.GetChatBytes()), from.bulk.sending.Grant(given.GetBulkBytes())
	return chat || bulk
}

// firstOf reads from the first message of a peer on a connection whether it gives credit.
func (l *link) firstOf(from *connection, bulk bool, envelope *chatv1.Envelope) {
	if bulk || from.spoke {
		return
	}
	from.spoke = true
	if envelope.GetCredit() == nil {
		from.chat.sending.Without()
		from.bulk.sending.Without()
	}
}

// overrun ends the link, because the peer has sent more than this side has room for, and
// says so.
func (l *link) overrun() {
	l.mu.Lock()
	connection := l.connection
	l.sayBye = true
	l.mu.Unlock()
	data, err := lite.Marshal(&chatv1.Envelope{Content: &chatv1.Envelope_Bye{Bye: &chatv1.Bye{Reason: chatv1.Bye_REASON_UNREAD}}})
	if err == nil && connection != nil {
		_ = connection.chat.dc.Send(data)
	}
	l.gone(ReasonOverrun)
}

// channel returns one of the two channels.
func (c *connection) channel(bulk bool) *channel {
	if bulk {
		return c.bulk
	}
	return c.chat
}

package p2p

import (
	"sync"
	"time"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
)

// A peer may send so many bytes on each channel that this side has not read, once this side
// has kept up for a while. A path of 100 ms round trip carries ten windows a second.
const (
	chatWindow = 256 << 10
	bulkWindow = 2 << 20
)

// givingPause is the pause between two Credits to a peer that sends none. It may not
// know them: older clients of this SDK leave a peer that sends more than 64 messages a
// second that they do not know.
const givingPause = 20 * time.Millisecond

// giving is when Credit was sent on a connection.
type giving struct {
	mu   sync.Mutex // guards the following fields
	last time.Time
	due  bool // a timer runs for the next one
}

// opened notes that the chat channel of a connection is open. It does not block.
func (l *link) opened(connection *connection) {
	l.giveCredit(connection) // before anything else, so that the peer knows that it will come
	l.proveInvite(connection)
	l.heard(connection)
}

// giveCredit tells the peer what it may send, if that is much more than before. It may be
// called from any goroutine, and does not block.
func (l *link) giveCredit(connection *connection) {
	if l.room.settings.stepByStep || connection.chat.sending.Unlimited() && l.giveLater(connection) {
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
		_ = connection.chat.sendNow(data) // the next one says the same
	}
}

// giveLater reports whether it is too early for another Credit. A timer gives it then.
func (l *link) giveLater(connection *connection) bool {
	giving := &connection.giving
	giving.mu.Lock()
	defer giving.mu.Unlock()
	pause := time.Until(giving.last.Add(givingPause))
	if pause <= 0 {
		giving.last = time.Now()
		return false
	}
	if !giving.due {
		giving.due = true
		time.AfterFunc(pause, func() {
			giving.mu.Lock()
			giving.due = false
			giving.mu.Unlock()
			l.giveCredit(connection)
		})
	}
	return true
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

// unread ends the link, because the peer has sent more than this side has room for, and
// tells the peer.
func (l *link) unread() {
	l.mu.Lock()
	connection := l.connection
	l.sayBye = true
	l.mu.Unlock()
	data, err := lite.Marshal(&chatv1.Envelope{Content: &chatv1.Envelope_Bye{Bye: &chatv1.Bye{Reason: chatv1.Bye_REASON_UNREAD}}})
	if err == nil && connection != nil {
		_ = connection.chat.sendNow(data)
	}
	if connection != nil { // messages that come until all is sent would keep a page busy
		connection.chat.dc.StopMessages()
		connection.bulk.dc.StopMessages()
		connection.pc.EndWithPage()
	}
	l.gone(ReasonUnread)
}

// channel returns one of the two channels.
func (c *connection) channel(bulk bool) *channel {
	if bulk {
		return c.bulk
	}
	return c.chat
}

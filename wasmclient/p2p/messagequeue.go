package p2p

import (
	"sync"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
)

// Bounds of what one peer has sent and this side has not read: of a peer that waits for
// credit, and of others. Credit alone bounds the bytes, except where a connection has
// taken the place of another one. A peer that does not wait can keep a page from doing
// anything else.
const (
	unreadMessages          = 16 << 10
	unreadBytes             = 2 * (chatWindow + bulkWindow)
	unreadMessagesUnwaiting = 256
	unreadBytesUnwaiting    = 1 << 20
)

// messageQueue holds the messages of all peers until the user reads them, and
// then the room's end. Safe for concurrent use.
type messageQueue struct {
	wake chan struct{} // signaled when there is something new; for one reader

	mu     sync.Mutex // guards the following fields
	items  []queuedMessage
	unread map[*link]unread
	end    *EndedError
}

type queuedMessage struct {
	from    *link
	message Message
	bulk    bool
	size    int
}

// unread are the messages and bytes of one peer.
type unread struct{ messages, chat, bulk int }

func (u *unread) add(bulk bool, messages, size int) {
	u.messages += messages
	if bulk {
		u.bulk += size
	} else {
		u.chat += size
	}
}

func newMessageQueue() *messageQueue {
	return &messageQueue{wake: make(chan struct{}, 1), unread: map[*link]unread{}}
}

// put adds a message and never blocks. It returns false when the peer is over
// its bounds, which are wider if it waits for credit. After the end,
// messages are dropped.
func (q *messageQueue) put(item queuedMessage, waits bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.end != nil {
		return true
	}
	if !q.countLocked(item.from, item.bulk, item.size, waits) {
		return false
	}
	q.items = append(q.items, item)
	workqueue.Signal(q.wake)
	return true
}

// hold counts a message of a peer that is kept elsewhere until release, as put counts one.
func (q *messageQueue) hold(from *link, bulk bool, size int, waits bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.countLocked(from, bulk, size, waits)
}

// release counts messages of hold as read.
func (q *messageQueue) release(from *link, held unread) {
	q.mu.Lock()
	defer q.mu.Unlock()
	left := q.unread[from]
	left.add(true, -held.messages, -held.bulk)
	left.add(false, 0, -held.chat)
	q.unread[from] = left
}

func (q *messageQueue) countLocked(from *link, bulk bool, size int, waits bool) bool {
	held := q.unread[from]
	held.add(bulk, 1, size)
	messages, bytes := unreadMessages, unreadBytes
	if !waits {
		messages, bytes = unreadMessagesUnwaiting, unreadBytesUnwaiting
	}
	if held.messages > messages || held.chat+held.bulk > bytes {
		return false
	}
	q.unread[from] = held
	return true
}

// finish adds the end after the messages, or instead of them if drop is set.
// Only the first call counts.
func (q *messageQueue) finish(end *EndedError, drop bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.end == nil {
		q.end = end
		if drop {
			q.items = nil
		}
	}
	workqueue.Signal(q.wake)
}

// next returns the oldest message, or the end once there is none, or neither.
func (q *messageQueue) next() (item queuedMessage, ok bool, end *EndedError) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return queuedMessage{}, false, q.end
	}
	item = q.items[0]
	q.items[0] = queuedMessage{}
	q.items = q.items[1:]
	held := q.unread[item.from]
	held.add(item.bulk, -1, -item.size)
	q.unread[item.from] = held
	return item, true, nil
}

// unreadOf returns what a peer has sent that is not read.
func (q *messageQueue) unreadOf(from *link) unread {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.unread[from]
}

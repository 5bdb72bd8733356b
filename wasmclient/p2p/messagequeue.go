package p2p

import (
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
	"sync"
)

// Bounds of what one peer has sent and this side has not read. One that waits for credit
// stays below them, even if a connection takes the place of another one. The windows hold
// as many texts of a few letters.
const (
	unreadMessages = 16 << 10
	unreadBytes    = 2 * (chatWindow + bulkWindow)
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
// its bounds. After the end, messages are dropped.
func (q *messageQueue) put(from *link, message Message, bulk bool, size int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.end != nil {
		return true
	}
	held := q.unread[from]
	held.add(bulk, 1, size)
	if held.messages > unreadMessages || held.chat+held.bulk > unreadBytes {
		return false
	}
	q.unread[from] = held
	q.items = append(q.items, queuedMessage{from, message, bulk, size})
	workqueue.Signal(q.wake)
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

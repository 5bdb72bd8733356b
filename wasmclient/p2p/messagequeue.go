package p2p

import (
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
	"sync"
)

// Bounds of what one peer has sent and this side has not read. A data channel
// has no backpressure towards its sender.
const (
	unreadMessages = 256
	unreadBytes    = 1 << 20
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
	size    int
}

type unread struct{ messages, bytes int }

func newMessageQueue() *messageQueue {
	return &messageQueue{wake: make(chan struct{}, 1), unread: map[*link]unread{}}
}

// put adds a message and never blocks. It returns false when the peer is over
// its bounds. After the end, messages are dropped.
func (q *messageQueue) put(from *link, message Message, size int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.end != nil {
		return true
	}
	held := q.unread[from]
	held.messages++
	held.bytes += size
	if held.messages > unreadMessages || held.bytes > unreadBytes {
		return false
	}
	q.unread[from] = held
	q.items = append(q.items, queuedMessage{from, message, size})
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
func (q *messageQueue) next() (message Message, ok bool, end *EndedError) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return Message{}, false, q.end
	}
	item := q.items[0]
	q.items[0] = queuedMessage{}
	q.items = q.items[1:]
	held := q.unread[item.from]
	held.messages--
	held.bytes -= item.size
	q.unread[item.from] = held
	return item.message, true, nil
}

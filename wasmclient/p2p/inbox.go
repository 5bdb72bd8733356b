package p2p

import (
	"sync"
)

// Bounds of what one peer has sent and this side has not read. A data channel
// has no backpressure towards its sender.
const (
	unreadMessages = 256
	unreadBytes    = 1 << 20
)

// inbox holds the messages of all peers until they are read, and the end
// after them. Safe for concurrent use.
type inbox struct {
	wake chan struct{} // something is new; for one reader

	mu     sync.Mutex // guards the following fields
	items  []inboxItem
	unread map[*link]unread
	end    *EndedError
}

type inboxItem struct {
	from    *link
	message Message
	size    int
}

type unread struct{ messages, bytes int }

func newInbox() *inbox {
	return &inbox{wake: make(chan struct{}, 1), unread: map[*link]unread{}}
}

// put never blocks; it returns false when the peer is over its bounds. After
// the end nothing is taken any more.
func (b *inbox) put(from *link, message Message, size int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end != nil {
		return true
	}
	held := b.unread[from]
	held.messages++
	held.bytes += size
	if held.messages > unreadMessages || held.bytes > unreadBytes {
		return false
	}
	b.unread[from] = held
	b.items = append(b.items, inboxItem{from, message, size})
	signal(b.wake)
	return true
}

// finish puts the end after what is there, or in its place. The first counts.
func (b *inbox) finish(end *EndedError, drop bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end == nil {
		b.end = end
		if drop {
			b.items = nil
		}
	}
	signal(b.wake)
}

// take returns the oldest message, or the end once there is none, or neither.
func (b *inbox) take() (message Message, ok bool, end *EndedError) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.items) == 0 {
		return Message{}, false, b.end
	}
	item := b.items[0]
	b.items[0] = inboxItem{}
	b.items = b.items[1:]
	held := b.unread[item.from]
	held.messages--
	held.bytes -= item.size
	b.unread[item.from] = held
	return item.message, true, nil
}

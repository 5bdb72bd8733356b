// Package delivery knows which messages may not have arrived, so that they can be sent
// again on a new connection, and recognizes those that were.
package delivery

import (
	"sync"
	"time"
)

// Bounds of what is kept to be sent again. They are above what one connection
// buffers, and above what a peer gives credit for.
const (
	redeliverMessages = 16 << 10
	redeliverBytes    = 1<<20 + 64<<10
	// longestMessageID bounds what is remembered of each message of a peer.
	longestMessageID = 64
	// redeliverFor is how long a message is kept for a peer that answers no pings:
	// longer than it takes to notice that the path is broken.
	redeliverFor = 10 * time.Second
)

// Sent keeps the chat messages that the peer may not have received, so that
// they can be sent again on a new connection. The channel is ordered: a Pong
// proves that all messages before its Ping have arrived. All methods are safe for
// concurrent use; the zero value is empty.
type Sent struct {
	mu       sync.Mutex // guards the following fields
	messages []sentMessage
	bytes    int
	count    uint64 // of all messages ever added
	pings    []sentPing
	answered bool // a ping was, on this connection
	confirms bool // a ping was, on any connection
}

type sentMessage struct {
	data []byte
	at   time.Time
}

// sentPing is a Ping after the first count messages.
type sentPing struct{ nonce, count uint64 }

// Add notes a message that was sent. Data must not change afterwards.
func (s *Sent) Add(data []byte, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, sentMessage{data, now})
	s.bytes += len(data)
	s.count++
	for len(s.messages) > redeliverMessages || s.bytes > redeliverBytes ||
		!s.answered && s.messages[0].at.Add(redeliverFor).Before(now) {
		s.forgetLocked(1)
	}
}

func (s *Sent) forgetLocked(count int) {
	for _, message := range s.messages[:count] {
		s.bytes -= len(message.data)
	}
	clear(s.messages[:count])
	s.messages = s.messages[count:]
}

// Ping notes a Ping that is about to be sent.
func (s *Sent) Ping(nonce uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pings) == redeliverMessages { // the peer answers none
		s.pings = s.pings[1:]
	}
	s.pings = append(s.pings, sentPing{nonce, s.count})
}

// Pong forgets the messages before the Ping of that nonce. It reports whether that Ping
// was under way.
func (s *Sent) Pong(nonce uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, ping := range s.pings {
		if ping.nonce != nonce {
			continue
		}
		kept := s.count - uint64(len(s.messages)) // the messages before these are forgotten
		if ping.count > kept {
			s.forgetLocked(int(ping.count - kept)) //nolint:gosec // at most len(s.messages)
		}
		s.pings, s.answered, s.confirms = s.pings[i+1:], true, true
		return true
	}
	return false
}

// Unasked reports whether there are messages of which no Ping that is under way
// tells whether they have arrived.
func (s *Sent) Unasked() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.messages) > 0 && len(s.pings) == 0
}

// Kept returns how many messages may not have arrived, as far as is known.
func (s *Sent) Kept() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.messages)
}

// Unconfirmed returns how many of the last messages no Pong has confirmed. Zero
// too for a peer that has never answered a Ping.
func (s *Sent) Unconfirmed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.confirms {
		return 0
	}
	return len(s.messages)
}

// Restart begins a new connection, and returns what is to be sent again there.
func (s *Sent) Restart() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var again [][]byte
	for _, message := range s.messages {
		again = append(again, message.data)
	}
	s.messages, s.bytes, s.pings, s.answered = nil, 0, nil, false
	return again
}

// Received recognizes messages that a peer sends again on a new connection. It
// is safe for concurrent use; the zero value is empty.
type Received struct {
	mu     sync.Mutex // guards the following fields
	recent []string   // ids, oldest first
	from   map[string]any
}

// Again notes a message, and reports whether it has arrived before, on another
// connection. Messages without an id, or with a longer one than is remembered,
// never have.
func (r *Received) Again(id string, from any) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id == "" || len(id) > longestMessageID {
		return false
	}
	if earlier, known := r.from[id]; known {
		return earlier != from
	}
	if r.from == nil {
		r.from = make(map[string]any)
	}
	if len(r.recent) == redeliverMessages {
		delete(r.from, r.recent[0])
		r.recent = r.recent[1:]
	}
	r.recent = append(r.recent, id)
	r.from[id] = from
	return false
}

package predecessor

import (
	"context"
	"sync"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// meetings pairs things that come with the same key. Safe for concurrent use.
type meetings[T any] struct {
	mu      sync.Mutex
	waiting map[string]T // guarded by mu
}

// arrive returns the other thing with this key, if one waits; otherwise this one
// waits.
func (m *meetings[T]) arrive(key string, arrived T) (other T, met bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if other, met = m.waiting[key]; met {
		delete(m.waiting, key)
		return other, true
	}
	if m.waiting == nil {
		m.waiting = map[string]T{}
	}
	m.waiting[key] = arrived
	return other, false
}

// leave forgets what waits with this key.
func (m *meetings[T]) leave(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.waiting, key)
}

// seat is a person in a room of two. Messages go to peer once met is closed.
type seat struct {
	socket, peer *websocket.Conn
	met          chan struct{}
}

func newSeat(socket *websocket.Conn) *seat { return &seat{socket: socket, met: make(chan struct{})} }

// meet waits for the other person, and reports whether both have been greeted.
// The one who waited is first.
func (s *seat) meet(ctx context.Context, seats *meetings[*seat], key string, greeting func(first bool) any) bool {
	other, met := seats.arrive(key, s)
	if !met {
		<-s.met // a ghost waits for ever: the predecessor does not see that it has gone
		return true
	}
	s.peer, other.peer = other.socket, s.socket
	defer close(other.met)
	return wsjson.Write(ctx, other.socket, greeting(true)) == nil && wsjson.Write(ctx, s.socket, greeting(false)) == nil
}

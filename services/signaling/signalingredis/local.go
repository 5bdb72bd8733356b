package signalingredis

import (
	"sync"
	"time"
)

// local is what this node knows of its own streams: which rooms they are in.
type local struct {
	mu    sync.Mutex // guards the following field and what it reaches
	rooms map[string]*localRoom
}

type localRoom struct {
	watches map[*watch]struct{}
	timer   *time.Timer // wakes them when something happens by itself; may be nil
}

func newLocal() local { return local{rooms: make(map[string]*localRoom)} }

func (l *local) add(w *watch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	room := l.rooms[w.roomID]
	if room == nil {
		room = &localRoom{watches: make(map[*watch]struct{})}
		l.rooms[w.roomID] = room
	}
	room.watches[w] = struct{}{}
}

func (l *local) remove(w *watch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	room := l.rooms[w.roomID]
	if room == nil {
		return
	}
	delete(room.watches, w)
	if len(room.watches) == 0 {
		if room.timer != nil {
			room.timer.Stop()
		}
		delete(l.rooms, w.roomID)
	}
}

// wake lets the streams of a room look at it again, apart from one.
func (l *local) wake(roomID string, except *watch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if room := l.rooms[roomID]; room != nil {
		for w := range room.watches {
			if w != except {
				w.wake()
			}
		}
	}
}

// alarm wakes the streams of a room after a time. Negative: never.
func (l *local) alarm(roomID string, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	room := l.rooms[roomID]
	switch {
	case room == nil:
	case wait < 0:
		if room.timer != nil {
			room.timer.Stop()
		}
	case room.timer == nil:
		room.timer = time.AfterFunc(wait, func() { l.wake(roomID, nil) })
	default:
		room.timer.Reset(wait)
	}
}

// all returns the streams of this node.
func (l *local) all() []*watch {
	l.mu.Lock()
	defer l.mu.Unlock()
	var watches []*watch
	for _, room := range l.rooms {
		for w := range room.watches {
			watches = append(watches, w)
		}
	}
	return watches
}

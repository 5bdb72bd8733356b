package platform

import "sync"

// StreamSlot is one of the few streams that a browser can hold to a server. A
// search holds it from before FindMatch until the stream of its room has ended,
// and has one stream at a time, of either service. All searches and rooms of a
// Client share one slot, because a room that is left ends its stream while the
// next search begins. Safe for concurrent use; the zero value is ready.
type StreamSlot struct {
	mu      sync.Mutex // guards the following fields; held while waiting for the browser
	holders int
	free    func() // gives the slot back to the browser
}

// Hold acquires the slot, unless other tabs hold all slots. release must be called
// once.
func (s *StreamSlot) Hold(serviceURL string) (release func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holders == 0 {
		free, ok := acquireStreamSlot(serviceURL)
		if !ok {
			return nil, false
		}
		s.free = free
	}
	s.holders++
	return s.release, true
}

func (s *StreamSlot) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holders--; s.holders == 0 {
		s.free()
	}
}

package p2p

import "sync"

// streamSlot is one of the few streams that a browser can hold to a server. A
// search holds it from before FindMatch until the stream of its room has ended,
// and has one stream at a time, of either service. All searches and rooms of a
// Client share one slot, because a room that is left ends its stream while the
// next search begins. Safe for concurrent use; the zero value is ready.
type streamSlot struct {
	mu      sync.Mutex // guards the following fields; held while waiting for the browser
	holders int
	free    func() // gives the slot back to the browser
}

// hold acquires the slot. release must be called once. The error is an
// *[EndedError] when other tabs hold all slots.
func (s *streamSlot) hold(serviceURL string) (release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holders == 0 {
		free, ok := acquireStreamSlot(serviceURL)
		if !ok {
			return nil, &EndedError{Reason: ReasonTooManyTabs}
		}
		s.free = free
	}
	s.holders++
	return s.release, nil
}

func (s *streamSlot) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holders--; s.holders == 0 {
		s.free()
	}
}

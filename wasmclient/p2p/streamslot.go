package p2p

import (
	"net/url"
	"sync"
)

// streamSlot is one Client's share of the streams that a browser can hold. A
// search holds it from before FindMatch until the stream of its room has
// ended: it has one stream at a time, of either service. Searches and rooms of one Client share one slot, because a room that
// is left ends its stream while the next search begins. Safe for concurrent
// use; the zero value is ready.
type streamSlot struct {
	mu      sync.Mutex // held while waiting for the browser
	holders int
	free    func() // gives the slot back to the browser
}

// hold returns what lets the slot go again, to be called once. The error is an
// *[EndedError] when other tabs hold all slots.
func (s *streamSlot) hold(serviceURL string) (release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holders == 0 {
		free, ok := takeStreamSlot(originOf(serviceURL))
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

// originOf returns scheme, host and port of a URL.
func originOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return address
	}
	return parsed.Scheme + "://" + parsed.Host
}

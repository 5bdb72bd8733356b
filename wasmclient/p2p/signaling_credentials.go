package p2p

import (
	"context"
	"time"
)

// renew asks for fresh credentials of TURN servers before those that the server gave
// are no longer valid: a chat may need a relay at any time. Zero: they are for ever.
func (s *signaling) renew(valid time.Duration) { s.renewAfter(valid*3/4, valid) }

func (s *signaling) renewAfter(pause, valid time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopRenewalLocked()
	if valid > 0 && !s.stopped {
		s.renewal = time.AfterFunc(pause, func() { s.askForServers(valid) })
	}
}

func (s *signaling) stopRenewalLocked() {
	if s.renewal != nil {
		s.renewal.Stop()
		s.renewal = nil
	}
}

// askForServers asks once, and again soon if there is no answer: the old credentials are
// valid for a quarter of their time still.
func (s *signaling) askForServers(valid time.Duration) {
	s.background(func() {
		ctx, cancel := context.WithTimeout(s.ctx, s.clock.call)
		defer cancel()
		response, err := s.member.getIceServers(ctx)
		if err != nil {
			s.renewAfter(valid/16, valid)
			return
		}
		s.mu.Lock()
		s.ice = waysOf(response.GetIceServers(), response.GetIcePolicy())
		s.mu.Unlock()
		s.renew(response.GetExpiresIn().AsDuration())
	})
}

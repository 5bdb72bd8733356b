package p2p

import (
	"context"
	"time"
)

// start follows the room in the background. Call it once, before anything else.
func (s *signaling) start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.startLocked()
}

func (s *signaling) startLocked() {
	before, ended := s.ended, make(chan struct{})
	ctx, release := context.WithCancel(s.ctx)
	s.stream, s.release, s.ended = ctx, release, ended
	s.backgroundLocked(func() {
		defer close(ended)
		defer release()
		if before != nil {
			<-before
		}
		s.follow(ctx)
	})
}

// reopen makes sure of the server, because a link or the network is in
// trouble: a stream that was let go or lost begins again, any other is opened
// anew.
func (s *signaling) reopen() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.stopped || s.refused:
	case s.released || s.over:
		s.released, s.over = false, false
		s.unsettleLocked()
		s.enterLocked(SignalingResuming)
		s.startLocked()
	default:
		s.joined.reattach()
	}
}

// restored tells that a link was interrupted and is open again.
func (s *signaling) restored(link *link) {
	s.mu.Lock()
	follows := !s.released && !s.over
	s.mu.Unlock()
	if follows {
		link.reportOpen()
	}
	s.reconsider()
}

// confirm notes a pair of which both sides reported.
func (s *signaling) confirm(peerID string) {
	s.mu.Lock()
	s.confirmed[peerID] = true
	s.mu.Unlock()
	s.reconsider()
}

// reconsider lets the stream go once no link has needed it for a while: the
// other sides get their news too.
func (s *signaling) reconsider() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.stopped || !s.calmLocked():
		s.unsettleLocked()
	case s.calm == nil && !s.released && !s.over:
		var calm *time.Timer
		calm = time.AfterFunc(s.clock.release, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.calm == calm && !s.stopped && !s.over && s.calmLocked() {
				s.calm = nil
				s.released, s.settled = true, true
				s.enterLocked(SignalingReleased)
				s.release()
			}
		})
		s.calm = calm
	}
}

// calmLocked says whether every peer who is there is connected, and was
// confirmed once.
func (s *signaling) calmLocked() bool {
	calm := false
	for _, link := range s.room.links {
		switch link.currentState() {
		case linkGone:
		case linkOpen:
			if !s.settled && !s.confirmed[link.peer.ID] {
				return false
			}
			calm = true
		default:
			return false
		}
	}
	return calm
}

func (s *signaling) unsettleLocked() {
	if s.calm != nil {
		s.calm.Stop()
		s.calm = nil
	}
}

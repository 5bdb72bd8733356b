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
	s.streamCtx, s.release, s.ended = ctx, release, ended
	s.backgroundLocked(func() {
		defer close(ended)
		defer release()
		if before != nil {
			<-before
		}
		s.follow(ctx)
	})
}

// reopen connects to the server again, because a link is interrupted or the
// network has changed. A stream that was released or lost is started again; a
// stream that is open is re-attached.
func (s *signaling) reopen() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.stopped || s.refused:
	case s.released || s.over:
		s.released, s.over = false, false
		s.stopReleaseTimerLocked()
		s.enterLocked(SignalingResuming)
		s.startLocked()
	default:
		s.stream.reattach()
	}
}

// restored is called when an interrupted link is open again. It reports that to
// the server if the stream is open.
func (s *signaling) restored(link *link) {
	s.mu.Lock()
	follows := !s.released && !s.over
	s.mu.Unlock()
	if follows {
		link.reportOpen()
	}
	s.updateReleaseTimer()
}

// confirm marks a pair as confirmed: both sides have reported connected.
func (s *signaling) confirm(peerID string) {
	s.mu.Lock()
	s.confirmed[peerID] = true
	delete(s.unanswered, peerID)
	s.mu.Unlock()
	s.updateReleaseTimer()
}

// updateReleaseTimer starts the release timer if no link needs the server, and
// stops it otherwise. When the timer fires, the stream is released: the delay
// lets the other members hear of the last change too.
func (s *signaling) updateReleaseTimer() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.stopped || !s.releasableLocked():
		s.stopReleaseTimerLocked()
	case s.releaseTimer == nil && !s.released && !s.over:
		var timer *time.Timer
		timer = time.AfterFunc(s.clock.release, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.releaseTimer == timer && !s.stopped && !s.over && s.releasableLocked() {
				s.releaseTimer = nil
				s.released, s.releasedOnce = true, true
				if trace := s.room.settings.trace; trace != nil {
					trace.step(&Trace{Kind: TraceReleased})
				}
				s.enterLocked(SignalingReleased)
				s.release()
			}
		})
		s.releaseTimer = timer
	}
}

// releasableLocked reports whether every peer that is not gone is connected
// and, before the first release, confirmed.
func (s *signaling) releasableLocked() bool {
	connected := false
	for _, link := range s.room.links {
		switch link.currentState() {
		case linkGone:
		case linkOpen:
			if !s.releasedOnce && !s.confirmed[link.peer.ID] {
				return false
			}
			connected = true
		default:
			return false
		}
	}
	return connected
}

func (s *signaling) stopReleaseTimerLocked() {
	if s.releaseTimer != nil {
		s.releaseTimer.Stop()
		s.releaseTimer = nil
	}
}

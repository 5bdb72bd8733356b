package ui

import (
	"slices"
	"time"
)

// The following is for the panel "What happens inside". It is about the chat of now, does
// nothing without one, and may be called from any goroutine.

// UpdateLog looks at the connections to the others, for Log. It waits for the browser.
func (s *Session) UpdateLog() {
	room := s.latest.Load()
	if room == nil || s.Log == nil {
		return
	}
	here := room.Peers()
	for _, member := range room.Members() {
		if slices.Contains(here, member) {
			s.Log.Update(member, room.Pairs(member.ID))
		} else {
			s.Log.Gone(member)
		}
	}
}

// Relays reports whether the chat has a TURN server to go through.
func (s *Session) Relays() bool {
	room := s.latest.Load()
	return room != nil && room.HasRelay()
}

// Vanish lets this side seem to be gone to the partner for a while.
func (s *Session) Vanish(duration time.Duration) {
	if room := s.latest.Load(); room != nil {
		room.Silence(duration)
	}
}

// RestartICE begins to look for a new path to everybody in the room.
func (s *Session) RestartICE() {
	room := s.latest.Load()
	if room == nil {
		return
	}
	for _, peer := range room.Peers() {
		_ = room.RestartICE(peer.ID) // who is gone by now needs no path
	}
}

// RelayOnly lets the connections of the room go through TURN servers only from now on.
func (s *Session) RelayOnly() {
	if room := s.latest.Load(); room != nil && room.RelayOnly() == nil {
		s.RestartICE()
	}
}

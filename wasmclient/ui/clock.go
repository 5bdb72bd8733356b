package ui

import (
	"slices"
	"time"
)

// deadlines returns when the page changes by itself: zero or later than Now.
func (s *State) deadlines() []*time.Time {
	all := []*time.Time{&s.askedUntil, &s.escapeUntil, &s.copiedUntil, &s.tellTypingAt}
	for i := range s.Members {
		all = append(all, &s.Members[i].typingUntil)
	}
	return all
}

// elapse moves the page's clock, ends what was shown long enough, and does what is due.
func elapse(state *State, now time.Time) []Effect {
	tells := !state.tellTypingAt.IsZero()
	state.Now, state.Members = now, slices.Clone(state.Members)
	for _, until := range state.deadlines() {
		if !until.After(now) {
			*until = time.Time{}
		}
	}
	if state.askedUntil.IsZero() {
		state.Asked = ControlNone
	}
	if tells && state.tellTypingAt.IsZero() {
		return tellTyping(state)
	}
	return nil
}

// due returns when the page changes by itself next. Zero: never.
func (s *State) due() (next time.Time) {
	for _, until := range s.deadlines() {
		if !until.IsZero() && (next.IsZero() || until.Before(next)) {
			next = *until
		}
	}
	return next
}

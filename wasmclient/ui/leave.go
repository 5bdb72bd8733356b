package ui

import (
	"slices"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

const (
	// sayFor is how long something is said that needs no answer, or that a control must be
	// pressed again.
	sayFor = 4 * time.Second
	// escapeWithin is how soon the second Esc must follow the first.
	escapeWithin = 1500 * time.Millisecond
)

// next leaves the partner for another one. Where there is a conversation to lose, it asks
// first.
func next(state *State) []Effect {
	if state.Phase == PhaseConnected && state.Invite == "" && state.conversing() && state.Asked != ControlNext {
		ask(state, ControlNext)
		return nil
	}
	return nextAtOnce(state)
}

func nextAtOnce(state *State) []Effect {
	switch state.Phase {
	case PhaseConnected:
		if state.Invite != "" {
			return nil // nobody else is there
		}
		effects := search(state)
		return append([]Effect{Leave{p2p.ByeNext}}, effects...)
	case PhaseEnded, PhaseStopped:
		return search(state)
	default:
		return nil
	}
}

// conversing reports whether both have written in this chat.
func (s *State) conversing() bool {
	mine := func(m Message) bool { return m.Mine }
	theirs := func(m Message) bool { return !m.Mine && m.Left == "" }
	return slices.ContainsFunc(s.Messages, mine) && slices.ContainsFunc(s.Messages, theirs)
}

// ask lets a control do what it says when it is pressed again soon.
func ask(state *State, control Control) {
	state.Asked, state.askedUntil = control, state.Now.Add(sayFor)
}

// escape leaves the partner at the second Esc.
func escape(state *State) []Effect {
	if layout(state) != LayoutChat || state.Phase == PhaseConnected && state.Invite != "" {
		return nil
	}
	if state.escapeUntil.IsZero() {
		state.escapeUntil = state.Now.Add(escapeWithin)
		return nil
	}
	return nextAtOnce(state)
}

// search begins a new search with an empty page. What was not sent in this chat is kept, but
// not in the draft: it was meant for somebody else.
func search(state *State) []Effect {
	kept := state.Kept
	if strings.TrimSpace(state.Draft) != "" {
		kept = state.Draft
	}
	empty(state)
	state.Phase, state.Kept = PhaseSearching, kept
	find := Find{Search: state.Search, GroupSize: state.Size(), Interests: state.Interests, Invite: state.Invite, RelayOnly: state.HideAddress}
	if state.Invite != "" {
		find.Interests = nil
	}
	return []Effect{find, Focus{TargetPage}}
}

// empty makes the page idle, so that it ignores the events of earlier searches. What was
// written is removed; what the person chose stays.
func empty(state *State) {
	*state = State{
		Now: state.Now, Search: state.Search + 1, Invite: state.Invite, GroupSize: state.GroupSize, Interests: state.Interests, Hidden: state.Hidden,
		Settings: state.Settings, NotifyRefused: state.NotifyRefused, Relays: state.Relays, HideAddress: state.HideAddress, lastMessage: state.lastMessage, fileLimit: state.fileLimit,
	}
}

func home(state *State) []Effect {
	if state.Phase.Active() {
		return nil
	}
	empty(state)
	effects := []Effect{CountWaiting{}, Focus{TargetPage}}
	if state.Invite != "" {
		state.Invite = ""
		effects = append(effects, RememberInvite{})
	}
	return effects
}

func stop(state *State) []Effect {
	if !state.Phase.Active() {
		return nil
	}
	stopped(state)
	return []Effect{Leave{p2p.ByeStopped}, CountWaiting{}, Focus{TargetPage}}
}

// stopped returns a page that ignores what still comes of this search or chat.
func stopped(state *State) {
	unlinked(state)
	state.Phase, state.WaitingKnown, state.Asked = PhaseStopped, false, ControlNone
	state.Search++
}

// block leaves the partner, or notes who has left. It asks first.
func block(state *State) []Effect {
	if !state.CanBlock() {
		return nil
	}
	if state.Asked != ControlBlock {
		ask(state, ControlBlock)
		return nil
	}
	effects := []Effect{BlockPartner{state.chat, state.Members[0].Slot}}
	if state.Phase == PhaseConnected {
		effects = append(effects, Leave{p2p.ByeNext})
	}
	stopped(state)
	state.changeMember(state.Members[0].Slot).Blocked = true
	return append(effects, CountWaiting{}, Focus{TargetPage})
}

// CanBlock reports whether there is a partner to block. In a group, people are blocked one by
// one.
func (s *State) CanBlock() bool { return len(s.Members) == 1 && !s.Members[0].Blocked }

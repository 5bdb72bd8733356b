package ui

import (
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// GroupSizes are how many people a chat can be for, this person included.
var GroupSizes = [...]int{2, 3, 4, p2p.MaxGroup}

// Member is another person in the chat.
type Member struct {
	Slot        int  // in the room: gives people their names, the same for everybody
	Gone        bool // this one has left
	Blocked     bool // by this person, who neither hears nor meets this one again
	Link        Link
	Code        string // by which the two can check that nobody is between; empty: not known
	CodeChanged bool   // since the person could see it

	typingUntil time.Time // zero, or a time after Now: this one writes
}

// Link is the state of the connection to a member.
type Link int

// The links.
const (
	LinkUnbroken    Link = iota // never interrupted
	LinkInterrupted             // no message arrives; it is being repaired
	LinkRestored                // was interrupted, and works again
)

// Partner reports whether there is somebody, or was until the chat ended.
func (s *State) Partner() bool { return len(s.Members) > 0 }

// Group reports whether the chat is one of more than two.
func (s *State) Group() bool { return len(s.Members) > 1 }

// Size returns how many people the next search is for.
func (s *State) Size() int {
	if s.Invite != "" {
		return s.Invite.GroupSize()
	}
	return max(s.GroupSize, 2)
}

// here returns the members who have not left.
func (s *State) here() []Member {
	return slices.DeleteFunc(slices.Clone(s.Members), func(m Member) bool { return m.Gone })
}

// interrupted returns those of them to whom the connection is interrupted.
func (s *State) interrupted() []Member {
	return slices.DeleteFunc(s.here(), func(m Member) bool { return m.Link != LinkInterrupted })
}

// cutOff reports whether a message reaches nobody now.
func (s *State) cutOff() bool {
	interrupted := s.interrupted()
	return len(interrupted) > 0 && len(interrupted) == len(s.here())
}

// blocked reports whether the partner of a chat of two is blocked.
func (s *State) blocked() bool { return len(s.Members) == 1 && s.Members[0].Blocked }

// member returns the member of that slot, or the zero Member.
//
//go:noinline
func (s *State) member(slot int) (member Member, known bool) {
	for _, m := range s.Members {
		if m.Slot == slot {
			return m, true
		}
	}
	return Member{}, false
}

// changeMember returns the member of that slot, to change it.
//
//go:noinline
func (s *State) changeMember(slot int) *Member {
	s.Members = slices.Clone(s.Members)
	for i := range s.Members {
		if s.Members[i].Slot == slot {
			return &s.Members[i]
		}
	}
	return new(Member)
}

// updateMember handles what happens to a member of the chat.
func updateMember(state *State, event Event) []Effect {
	switch event := event.(type) {
	case Coded:
		if state.talksTo(event.Search, event.Slot) {
			member := state.changeMember(event.Slot)
			member.CodeChanged = member.CodeChanged || member.Code != "" && member.Code != event.Code
			member.Code = event.Code
		}
	case Interrupted:
		if state.talksTo(event.Search, event.Slot) {
			interrupt(state, event.Slot)
		}
	case Restored:
		if state.talksTo(event.Search, event.Slot) {
			restore(state, event.Slot)
		}
	case Left:
		if state.talksTo(event.Search, event.Slot) {
			left(state, event)
		}
	case BlockMember:
		return blockMember(state, event.Slot)
	default:
		return updateFile(state, event)
	}
	return nil
}

// talksTo reports whether the member of that slot is in the chat of that search, and has not left.
//
//go:noinline
func (s *State) talksTo(search, slot int) bool {
	member, known := s.member(slot)
	return search == s.Search && s.Phase == PhaseConnected && known && !member.Gone
}

func interrupt(state *State, slot int) {
	member := state.changeMember(slot)
	member.Link, member.typingUntil = LinkInterrupted, time.Time{}
	markCutOff(state)
}

// markCutOff lets the messages wait that reach nobody now.
func markCutOff(state *State) {
	if state.cutOff() {
		mark(state, DeliveryWaiting, is(DeliveryBegun))
	}
}

func restore(state *State, slot int) {
	member := state.changeMember(slot)
	if member.Link == LinkInterrupted {
		member.Link = LinkRestored
		mark(state, DeliverySent, is(DeliveryWaiting))
	}
}

// left notes that somebody has left a group. The end of a chat of two is told by [Ended].
func left(state *State, event Left) {
	if !state.Group() {
		return
	}
	member := state.changeMember(event.Slot)
	member.Gone, member.typingUntil = true, time.Time{}
	filesEnd(state, func(m Message) bool { return !m.Mine && m.From == event.Slot && m.File.Stage == FileOffered })
	appendMessage(state, Message{From: event.Slot, Left: event.Reason})
	markCutOff(state)
}

// blockMember blocks somebody of a group, which goes on. It asks first.
func blockMember(state *State, slot int) []Effect {
	member, known := state.member(slot)
	if !known || member.Blocked || !state.Group() {
		return nil
	}
	if state.Asked != ControlBlock || state.AskedSlot != slot {
		state.AskedSlot = slot
		ask(state, ControlBlock)
		return nil
	}
	blocked := state.changeMember(slot)
	blocked.Blocked, blocked.typingUntil, state.Asked = true, time.Time{}, ControlNone
	effects := []Effect{BlockPartner{state.chat, slot}}
	for _, m := range state.Messages {
		switch {
		case m.Mine || m.From != slot:
		case m.File.Stage == FileOffered:
			effects = append(effects, refuse(state, m))
		case m.File.Stage == FileMoving:
			effects = append(effects, StopFile{state.Search, m.ID})
		}
	}
	filesEnd(state, func(m Message) bool { return !m.Mine && m.From == slot })
	return effects
}

// chooseGroup sets how many people the next chat is for.
func chooseGroup(state *State, size int) {
	if !state.Phase.Active() && state.Invite == "" && slices.Contains(GroupSizes[:], size) {
		state.GroupSize = size
	}
}

package ui

import (
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// How often a partner is told that this person writes, and how long what a partner
// told is shown: twice as long, so that one lost in between does not matter.
const (
	tellTypingEvery = 3 * time.Second
	showTypingFor   = 6 * time.Second
)

// tellTyping tells the partner that this person is writing: at once, or when it is time
// again.
func tellTyping(state *State) []Effect {
	if state.Phase != PhaseConnected || state.cutOff() || strings.TrimSpace(state.Draft) == "" {
		return nil
	}
	if again := state.toldTyping.Add(tellTypingEvery); !state.toldTyping.IsZero() && again.After(state.Now) {
		state.tellTypingAt = again
		return nil
	}
	state.toldTyping = state.Now
	return []Effect{TellTyping{}}
}

func send(state *State) []Effect {
	if !state.CanSend() {
		return nil
	}
	text := state.Draft
	state.Draft, state.Kept = "", ""
	delivery := DeliveryBegun
	if state.cutOff() {
		delivery = DeliveryWaiting
	}
	appendMessage(state, Message{Mine: true, Text: text, Delivery: delivery})
	return []Effect{SendText{state.Search, state.lastMessage, text}, Focus{TargetInput}}
}

// use puts a suggested text into the draft, which the person may change and send.
func use(state *State, text string) []Effect {
	if state.Phase != PhaseConnected {
		return nil
	}
	if text == state.Kept {
		state.Kept = ""
	}
	if strings.TrimSpace(state.Draft) != "" {
		text = state.Draft + " " + text
	}
	state.Draft = text
	return []Effect{Focus{TargetInput}}
}

// CanSend reports whether the draft may be sent: in a chat, not blank, and
// not longer than MaxText.
func (s *State) CanSend() bool {
	return s.Phase == PhaseConnected && strings.TrimSpace(s.Draft) != "" && textLength(s.Draft) <= MaxText
}

// clipped shortens a text of the partner to what this page would send: others may
// send 64 KB, and hundreds of texts are kept.
func clipped(text string) string {
	units := 0
	for i, r := range text {
		if units += utf16.RuneLen(r); units > MaxText {
			return text[:i] + "…"
		}
	}
	return text
}

func textLength(text string) int {
	return len(utf16.Encode([]rune(text)))
}

// hear handles what a member writes.
func hear(state *State, event Event) []Effect {
	switch event := event.(type) {
	case Received:
		if state.hears(event.Search, event.Slot) {
			return receive(state, Message{From: event.Slot, Text: clipped(event.Text)})
		}
	case MemberTyping:
		if state.hears(event.Search, event.Slot) && state.talksTo(event.Search, event.Slot) {
			member := state.changeMember(event.Slot)
			member.typingUntil = state.Now.Add(showTypingFor)
		}
	}
	return nil
}

// hears reports whether this person wants to hear the member of that slot. What somebody has
// written can come after it is known that they have left.
func (s *State) hears(search, slot int) bool {
	member, known := s.member(slot)
	return search == s.Search && s.Phase == PhaseConnected && known && !member.Blocked
}

// receive appends a message of a member, and counts it if this person does not see it.
func receive(state *State, message Message) []Effect {
	author := state.changeMember(message.From)
	author.typingUntil = time.Time{}
	appendMessage(state, message)
	if state.ScrolledUp {
		state.New++
	}
	if state.Hidden {
		state.Unread++
	}
	return alert(state, TextNewMessage)
}

// deliver notes how far messages of this side have come.
func deliver(state *State, event Event) {
	switch event := event.(type) {
	case Sent:
		if event.Search == state.Search {
			mark(state, DeliverySent, func(m Message) bool { return m.ID == event.Message && m.Delivery == DeliveryBegun })
		}
	case Delivered:
		if event.Search == state.Search {
			mark(state, DeliveryDelivered, func(m Message) bool { return slices.Contains(event.Messages, m.ID) })
		}
	case SendFailed:
		if event.Search == state.Search {
			mark(state, DeliveryFailed, func(m Message) bool { return m.ID == event.Message && m.Delivery != DeliveryDelivered })
		}
	}
}

// unlinked ends the links. Messages that waited for one are lost.
func unlinked(state *State) {
	state.Members, state.tellTypingAt = slices.Clone(state.Members), time.Time{}
	for i := range state.Members {
		state.Members[i].Link, state.Members[i].typingUntil = LinkUnbroken, time.Time{}
	}
	mark(state, DeliveryFailed, is(DeliveryWaiting))
	filesEnd(state, func(Message) bool { return true })
}

func appendMessage(state *State, message Message) {
	state.lastMessage++
	message.ID, message.At = state.lastMessage, state.Now
	last := len(state.Messages) - 1
	message.First = last < 0 || !sameAuthor(state.Messages[last], message) || state.Now.Sub(state.groupBegan) > groupFor
	if message.First {
		state.groupBegan = state.Now
	}
	older := state.Messages[max(0, len(state.Messages)-MaxMessages+1):]
	state.Messages = append(slices.Clone(older), message)
}

func sameAuthor(one, other Message) bool {
	return one.Mine == other.Mine && one.From == other.From && one.Left == other.Left
}

// mark sets how far those of this side's messages have come that the function selects.
func mark(state *State, delivery Delivery, selects func(Message) bool) {
	state.Messages = slices.Clone(state.Messages)
	for i, message := range state.Messages {
		if message.Mine && message.File.Stage == FileNone && selects(message) {
			state.Messages[i].Delivery = delivery
		}
	}
}

func is(delivery Delivery) func(Message) bool {
	return func(m Message) bool { return m.Delivery == delivery }
}

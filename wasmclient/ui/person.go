package ui

import (
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// people are the names of the people in a group, by their slots. The style sheet has a colour
// for each.
var people = [p2p.MaxGroup]struct{ en, ja string }{
	{"Cherry", "チェリー"},
	{"Mint", "ミント"},
	{"Plum", "プラム"},
	{"Lemon", "レモン"},
	{"Blueberry", "ブルーベリー"},
	{"Orange", "オレンジ"},
	{"Olive", "オリーブ"},
	{"Rose", "ローズ"},
}

func personName(slot int, language Language) string {
	name := people[slot%len(people)]
	if language == Japanese {
		return name.ja
	}
	return name.en
}

func withName(text Text, slot int, language Language) string {
	return strings.ReplaceAll(text.In(language), "{name}", personName(slot, language))
}

// Person is somebody in a group, as the page shows them.
type Person struct {
	Slot  int // chooses the colour
	Name  string
	Note  string // what is to be said of this one; empty: nothing
	Here  bool   // has not left
	Block bool   // can be blocked
	Label string // of the button for that
	Asked bool   // that button asks whether it is really meant
}

// persons returns everybody in a group, this person first.
func persons(state *State, language Language) []Person {
	if !state.Group() || layout(state) != LayoutChat {
		return nil
	}
	all := []Person{{Slot: state.Self, Name: personName(state.Self, language), Note: TextYou.In(language), Here: true}}
	for _, member := range state.Members {
		all = append(all, Person{
			Slot: member.Slot, Name: personName(member.Slot, language), Note: personNote(member, language), Here: !member.Gone,
			Block: !member.Blocked, Label: withName(TextBlockName, member.Slot, language),
			Asked: state.Asked == ControlBlock && state.AskedSlot == member.Slot,
		})
	}
	return all
}

func personNote(member Member, language Language) string {
	switch {
	case member.Blocked:
		return TextPersonBlocked.In(language)
	case member.Gone:
		return TextPersonLeft.In(language)
	case member.Link == LinkInterrupted:
		return TextPersonInterrupted.In(language)
	default:
		return ""
	}
}

// Author returns who has written a message: what stands before it for a screen reader, and in
// a group also for those who see it.
func (v View) Author(message Message) string {
	switch {
	case message.Mine:
		return TextMine.In(v.language)
	case v.People == nil:
		return TextTheirs.In(v.language)
	default:
		return personName(message.From, v.language)
	}
}

// LeftNote returns the words of a message that says that somebody has left.
func (v View) LeftNote(message Message) string {
	text := TextMemberLeft
	if message.Left == p2p.ReasonPeerGone {
		text = TextMemberGone
	}
	return withName(text, message.From, v.language)
}

// typing returns who writes, in words.
func typing(state *State, language Language) string {
	var writing []Member
	for _, member := range state.Members {
		if !member.typingUntil.IsZero() {
			writing = append(writing, member)
		}
	}
	switch {
	case len(writing) == 0:
		return ""
	case !state.Group():
		return TextTyping.In(language)
	case len(writing) == 1:
		return withName(TextNameTyping, writing[0].Slot, language)
	default:
		return withNumber(TextManyTyping.In(language), len(writing))
	}
}

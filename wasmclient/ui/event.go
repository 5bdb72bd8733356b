package ui

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// Event is something that happened: one of the types below.
type Event interface{ event() }

// Events of the person and the browser.
type (
	// Elapsed says what time it is. Run sends one before the events of that time.
	Elapsed struct{ Now time.Time }
	// Start asks for a partner.
	Start struct{}
	// Next leaves this partner and searches for another.
	Next struct{}
	// Stop ends the search or the chat.
	Stop struct{}
	// Block leaves this partner, and never meets them again.
	Block struct{}
	// Home goes back to where everything began.
	Home struct{}
	// Escape is the key of that name.
	Escape struct{}
	// Use puts a suggested text into the draft.
	Use struct{ Text string }
	// Copied says that the draft was copied.
	Copied struct{}
	// Choose adds an interest that the page offers, or removes one.
	Choose struct{ Interest string }
	// ChooseGroup sets how many people to meet with, this person included: one of
	// GroupSizes.
	ChooseGroup struct{ Size int }
	// BlockMember asks never to hear or meet that member of a group again.
	BlockMember struct{ Slot int }
	// AddInterest adds an interest in the person's own words.
	AddInterest struct{ Text string }
	// Invite asks to meet whoever comes by a new invite.
	Invite struct{ Invite p2p.Invite }
	// Invited says that the page was opened by the link of an invite.
	Invited struct{ Invite p2p.Invite }
	// HideAddress asks to hide the person's network address from partners, or no
	// longer to.
	HideAddress struct{ Hide bool }
	// Check asks by which ways this network lets people connect.
	Check struct{}
	// Typed has the whole text that is now in the input.
	Typed struct{ Text string }
	// Send asks to send the draft.
	Send struct{}
	// Scrolled says whether the end of the messages is in sight.
	Scrolled struct{ AtEnd bool }
	// ToEnd asks to see the end of the messages.
	ToEnd struct{}
	// Remembered has the settings of an earlier visit.
	Remembered struct{ Settings Settings }
	// SetSound asks for a sound with each message that comes unseen, or no longer.
	SetSound struct{ On bool }
	// SetNotify asks for a notification instead.
	SetNotify struct{ On bool }
	// NotifyAnswered says whether the browser lets the page notify.
	NotifyAnswered struct{ Granted bool }
	// Tick comes every few seconds and when the page is shown or hidden.
	Tick struct{ Visible bool }
	// PageHidden says that the page is being closed, reloaded or put into
	// the back/forward cache.
	PageHidden struct{}
	// PageRestored says that the page was restored from that cache.
	PageRestored struct{}
)

// Events of the network. Search says which search they belong to.
type (
	// Counted says how many people wait. Known is false when the server
	// did not answer.
	Counted struct {
		Waiting int
		Known   bool
	}
	// RelaysKnown says whether the server has relays.
	RelaysKnown struct{ Relays p2p.Relays }
	// Checked has what a check has found. Known is false when the server did not answer.
	Checked struct {
		Checkup p2p.Checkup
		Known   bool
	}
	// Progressed says how far a search has come.
	Progressed struct {
		Search   int
		Progress p2p.Progress
	}
	// Connected says that the chat is open: in which slots the others are, in order, in which
	// this person is, and which interest all share; empty: none. Luck is a random number
	// from 0.
	Connected struct {
		Search   int
		Slots    []int
		Self     int
		Interest string
		Luck     int
	}
	// Coded has the safety code of the connection to the member of that slot.
	Coded struct {
		Search, Slot int
		Code         string
	}
	// Interrupted says that the connection to a member is interrupted.
	Interrupted struct{ Search, Slot int }
	// Restored says that the connection to a member works again.
	Restored struct{ Search, Slot int }
	// Left says that a member has left.
	Left struct {
		Search, Slot int
		Reason       p2p.Reason
	}
	// Received has a message of a member.
	Received struct {
		Search, Slot int
		Text         string
	}
	// MemberTyping says that a member is writing.
	MemberTyping struct{ Search, Slot int }
	// Sent says that a message of this side was sent.
	Sent struct{ Search, Message int }
	// Delivered says that all who are here have confirmed messages of this side.
	Delivered struct {
		Search   int
		Messages []int
	}
	// SendFailed says that a message of this side was not sent.
	SendFailed struct{ Search, Message int }
	// Ended says that the search or the chat is over.
	Ended struct {
		Search     int
		Reason     p2p.Reason // empty: unknown
		Cause      p2p.Cause  // with ReasonConnectFailed; empty: unknown
		RetryAfter time.Duration
	}
)

func (Elapsed) event()        {}
func (Start) event()          {}
func (Next) event()           {}
func (Stop) event()           {}
func (Block) event()          {}
func (Home) event()           {}
func (Escape) event()         {}
func (Use) event()            {}
func (Copied) event()         {}
func (Choose) event()         {}
func (AddInterest) event()    {}
func (Invite) event()         {}
func (Invited) event()        {}
func (HideAddress) event()    {}
func (Check) event()          {}
func (RelaysKnown) event()    {}
func (Checked) event()        {}
func (Typed) event()          {}
func (Send) event()           {}
func (Scrolled) event()       {}
func (ToEnd) event()          {}
func (Remembered) event()     {}
func (SetSound) event()       {}
func (SetNotify) event()      {}
func (NotifyAnswered) event() {}
func (Tick) event()           {}
func (PageHidden) event()     {}
func (PageRestored) event()   {}
func (Counted) event()        {}
func (Progressed) event()     {}
func (Connected) event()      {}
func (Coded) event()          {}
func (Interrupted) event()    {}
func (Restored) event()       {}
func (Received) event()       {}
func (Left) event()           {}
func (MemberTyping) event()   {}
func (ChooseGroup) event()    {}
func (BlockMember) event()    {}
func (Sent) event()           {}
func (Delivered) event()      {}
func (SendFailed) event()     {}
func (Ended) event()          {}

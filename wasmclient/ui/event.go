package ui

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// Event is something that happened: one of the types below.
type Event interface{ event() }

// Events of the person and the browser.
type (
	// Start asks for a partner.
	Start struct{}
	// Next leaves this partner for another.
	Next struct{}
	// Stop ends the search or the chat.
	Stop struct{}
	// Choose adds an interest, or takes it back.
	Choose struct{ Interest string }
	// Typed tells the whole text now in the input.
	Typed struct{ Text string }
	// Send asks to send the draft.
	Send struct{}
	// Tick comes every few seconds and when the page is shown or hidden.
	Tick struct{ Visible bool }
	// PageHidden tells that the page is being closed, reloaded or put into
	// the back/forward cache.
	PageHidden struct{}
	// PageRestored tells that the page is back from that cache.
	PageRestored struct{}
)

// Events of the network. Search says which search they belong to.
type (
	// Counted tells how many people wait. Known is false when the server
	// did not answer.
	Counted struct {
		Waiting int
		Known   bool
	}
	// Progressed tells how far a search has come.
	Progressed struct {
		Search   int
		Progress p2p.Progress
	}
	// Connected tells that the partner can be talked to, and which interest
	// brought the two together; empty: chance.
	Connected struct {
		Search   int
		Interest string
	}
	// Interrupted tells that nothing gets through to the partner at the moment.
	Interrupted struct{ Search int }
	// Restored tells that the partner can be talked to again.
	Restored struct{ Search int }
	// Received brings a line of the partner.
	Received struct {
		Search int
		Text   string
	}
	// SendFailed tells that a message of this side did not leave.
	SendFailed struct{ Search, Message int }
	// Ended tells that the search or the chat is over.
	Ended struct {
		Search     int
		Reason     p2p.Reason // empty: unknown
		RetryAfter time.Duration
	}
)

func (Start) event()        {}
func (Next) event()         {}
func (Stop) event()         {}
func (Choose) event()       {}
func (Typed) event()        {}
func (Send) event()         {}
func (Tick) event()         {}
func (PageHidden) event()   {}
func (PageRestored) event() {}
func (Counted) event()      {}
func (Progressed) event()   {}
func (Connected) event()    {}
func (Interrupted) event()  {}
func (Restored) event()     {}
func (Received) event()     {}
func (SendFailed) event()   {}
func (Ended) event()        {}

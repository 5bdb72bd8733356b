package ui

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// MaxText is the longest message in UTF-16 code units, the unit of the HTML
// attribute maxlength. At three bytes of UTF-8 per unit at most, it stays far
// below the 64 KB of a chat envelope.
const MaxText = 4000

// MaxMessages is how many messages of a chat are kept; older ones go.
const MaxMessages = 500

// Phase is where a person is between opening the page and talking.
type Phase int

// The phases. Searching to Retrying are one search; Ended, Stopped and Failed
// wait for the person.
const (
	PhaseIdle         Phase = iota // nothing has begun
	PhaseSearching                 // asking the server for a place in the queue
	PhaseWaiting                   // in the queue
	PhaseConnecting                // partner found, no link yet
	PhaseStillLooking              // that partner did not work out; in the queue again
	PhaseRetrying                  // the server cannot be reached or is busy; trying on
	PhaseConnected                 // talking
	PhaseEnded                     // the chat ended by itself, Reason says why
	PhaseStopped                   // ended by this person
	PhaseFailed                    // the search ended without a chat, Reason says why
)

// Looking reports whether a search is under way.
func (p Phase) Looking() bool {
	return p >= PhaseSearching && p <= PhaseRetrying
}

// Active reports whether a search or a chat is under way.
func (p Phase) Active() bool {
	return p.Looking() || p == PhaseConnected
}

// Link is what became of the way to the partner since the chat began.
type Link int

// The links.
const (
	LinkUnbroken    Link = iota // as it came up
	LinkInterrupted             // nothing gets through; it is being repaired
	LinkRestored                // was interrupted, and is back
)

// State is all the page knows. The zero value is a page just opened. States
// are values: Update never changes the slice of an older one.
type State struct {
	Phase      Phase
	Reason     p2p.Reason    // with PhaseEnded and PhaseFailed; empty: unknown
	RetryAfter time.Duration // with PhaseFailed; zero: no need to wait

	Search int // number of the latest search; news of any other is stale

	Interests []string // chosen by this person, in that order; stays for later searches
	Common    string   // the interest that brought the two of this chat together; empty: chance
	Widened   bool     // nobody with these interests came: anybody will do
	Busy      bool     // with PhaseRetrying: the server is there, but takes nobody more
	Link      Link     // to the partner, with PhaseConnected
	Hidden    bool     // nobody can see the page now; stays for later searches

	Waiting      int  // people who wait, this one included while it looks
	WaitingKnown bool // Waiting is news, not a guess

	Draft    string    // the text being written
	Messages []Message // oldest first, at most MaxMessages

	lastMessage   int // ID of the newest message ever
	lastDelivered int // with LinkInterrupted: ID of the newest message before
}

// Message is one line of the chat.
type Message struct {
	ID     int // grows by one with each message
	Mine   bool
	Text   string
	Unsent bool // mine, and it did not leave
}

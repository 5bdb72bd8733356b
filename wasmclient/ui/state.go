package ui

import (
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// MaxText is the longest message in UTF-16 code units, the unit of the HTML
// attribute maxlength. At three bytes of UTF-8 per unit at most, it stays far
// below the 64 KB of a chat envelope.
const MaxText = 4000

// MaxMessages is how many messages of a chat are kept. Older ones are removed.
const MaxMessages = 500

// Phase is how far a person is, from opening the page to talking.
type Phase int

// The phases. Searching to Retrying belong to one search. In Ended, Stopped and
// Failed the page waits for the person to act.
const (
	PhaseIdle         Phase = iota // nothing has begun
	PhaseSearching                 // asking the server for a place in the queue
	PhaseWaiting                   // in the queue
	PhaseConnecting                // partner found, no link yet
	PhaseStillLooking              // the match failed; in the queue again
	PhaseRetrying                  // the server cannot be reached or is busy; trying again
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

// State is everything the page shows. The zero value is a page just opened.
// States are values: Update never changes the slice of an older one.
type State struct {
	Now time.Time // when the latest events came

	Phase      Phase
	Reason     p2p.Reason    // with PhaseEnded and PhaseFailed; empty: unknown
	Cause      p2p.Cause     // with ReasonConnectFailed; empty: unknown
	RetryAfter time.Duration // with PhaseFailed; zero: no need to wait

	Search int // number of the latest search; events of others are ignored

	Invite    p2p.Invite // of whom to meet; empty: anybody. Stays for later searches
	GroupSize int        // how many people to meet with, this one included; zero: two. Stays for later searches
	Interests []string   // chosen by this person, in that order; stays for later searches
	Common    string     // the interest that both partners share; empty: none
	Widened   bool       // nobody with these interests came, so anybody is accepted
	Busy      bool       // with PhaseRetrying: the server answers that it is full
	Hidden    bool       // nobody can see the page now; stays for later searches

	Unread     int  // messages of the partner that came while nobody could see the page
	ScrolledUp bool // the person reads older messages
	New        int  // messages of the partner that came meanwhile

	Settings      Settings // stay for later searches
	NotifyRefused bool     // the browser does not let the page notify

	Relays      p2p.Relays // of the server; empty: unknown
	HideAddress bool       // this person wants it, and the server has relays; stays for later searches
	Check       Checking

	Waiting      int           // people who wait, this one included during a search
	WaitingKnown bool          // the server has said how many wait
	MedianWait   time.Duration // of others recently; zero: unknown

	Members []Member // the others in the chat, or those who were until it ended; in slot order
	Self    int      // with Members: the slot of this person
	Openers int      // which texts to begin a chat with are suggested

	Asked     Control // must be pressed again to do what it says
	AskedSlot int     // with ControlBlock in a group: whom it is about

	Draft    string    // the text being written; after the chat, what was not sent
	Kept     string    // what was not sent in an earlier chat
	Messages []Message // oldest first, at most MaxMessages

	chat        int       // with Members: the search that found them
	lastMessage int       // ID of the newest message ever
	groupBegan  time.Time // when the first message of the latest group came
	alerted     time.Time // when the person was last alerted
	toldTyping  time.Time // when the partner was last told that this person writes
	fileLimit   uint64    // how large a file may be that this browser saves; zero: not known yet

	// Zero, or a time after Now: see elapse.
	askedUntil   time.Time // for how long Asked counts
	escapeUntil  time.Time // for how long Esc was pressed once
	copiedUntil  time.Time // it is said that the draft was copied
	tellTypingAt time.Time // the partner is told that this person writes, who does so now
}

// Control is a control that asks before it does what it says.
type Control int

// The controls.
const (
	ControlNone Control = iota
	ControlNext
	ControlBlock
)

// Checking is how far a check of the connection is. The zero value: none was asked for.
type Checking struct {
	Running, Done bool
	Known         bool // with Done: the server answered
	Checkup       p2p.Checkup
}

// Message is one line of the chat.
type Message struct {
	ID       int // grows by one with each message
	Mine     bool
	From     int // the slot of its author, unless it is Mine
	Text     string
	At       time.Time  // when it was sent or came
	First    bool       // of those that its author wrote within groupFor
	Delivery Delivery   // of one that is mine
	File     File       // instead of a text
	Left     p2p.Reason // instead of a text: the author has left, and why
}

// groupFor is how long messages of one author share one time.
const groupFor = 2 * time.Minute

// Delivery says how far a message has come: names the style sheet knows.
type Delivery string

// The deliveries.
const (
	DeliveryBegun     Delivery = ""          // about to be sent, or of the partner
	DeliveryWaiting   Delivery = "waiting"   // the connection is interrupted
	DeliverySent      Delivery = "sent"      // the partner has not confirmed it
	DeliveryDelivered Delivery = "delivered" // the partner has confirmed it
	DeliveryFailed    Delivery = "failed"    // it did not reach the partner
)

package ui

import "github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"

// Effect is something to do outside the state: one of the types below.
type Effect interface{ effect() }

type (
	// Find begins the search of that number, for a chat of GroupSize people. People who share an interest, the
	// first before the last, are matched first; with an Invite only those who have it
	// too. With RelayOnly no partner sees the network address of this person.
	Find struct {
		Search    int
		GroupSize int
		Interests []string
		Invite    p2p.Invite
		RelayOnly bool
	}
	// RememberInvite puts an invite into the page's address, or removes it.
	RememberInvite struct{ Invite p2p.Invite }
	// Leave ends the running search or chat and tells the partner why.
	Leave struct{ Reason p2p.ByeReason }
	// BlockPartner lets later searches avoid the member of that slot in the chat of that search.
	BlockPartner struct{ Search, Slot int }
	// SendText sends a message in the chat of that search.
	SendText struct {
		Search, Message int
		Text            string
	}
	// TellTyping tells the partner that this person is writing.
	TellTyping struct{}
	// TellHidden tells the partner whether the page is hidden, because the silence
	// of a hidden page does not mean that it is gone.
	TellHidden struct{ Hidden bool }
	// CountWaiting asks the server how many people wait.
	CountWaiting struct{}
	// CheckConnection finds out by which ways this network lets people connect.
	CheckConnection struct{}
	// ScrollToEnd shows the end of the messages.
	ScrollToEnd struct{}
	// Alert tells a person who does not see the page that something has come: in those ways,
	// and a notification in those words.
	Alert struct {
		Ways Settings
		Text Text
	}
	// AskToNotify asks the browser's person for the permission to notify.
	AskToNotify struct{}
	// RememberSettings keeps the settings for the next visit.
	RememberSettings struct{ Settings Settings }
	// Focus moves the keyboard focus.
	Focus struct{ Target Target }
)

// Target is a place for the keyboard focus.
type Target int

const (
	// TargetInput is where messages are written.
	TargetInput Target = iota + 1
	// TargetPage is the page as a whole. It is used when the focused control is
	// gone: focus on another control would let a key pressed twice press that.
	TargetPage
)

func (Find) effect()             {}
func (RememberInvite) effect()   {}
func (Leave) effect()            {}
func (BlockPartner) effect()     {}
func (SendText) effect()         {}
func (TellTyping) effect()       {}
func (TellHidden) effect()       {}
func (CountWaiting) effect()     {}
func (CheckConnection) effect()  {}
func (ScrollToEnd) effect()      {}
func (Alert) effect()            {}
func (AskToNotify) effect()      {}
func (RememberSettings) effect() {}
func (Focus) effect()            {}

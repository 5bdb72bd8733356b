package ui

import (
	"math"
	"strconv"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// counterFrom is how many characters before MaxText the counter appears.
const counterFrom = 500

// Layout is how the page is arranged.
type Layout string

// The layouts: names the style sheet knows.
const (
	LayoutStart  Layout = "start"  // an invitation
	LayoutSearch Layout = "search" // a status and the way out
	LayoutChat   Layout = "chat"   // messages, and the input below
)

// Tone colours the status: names the style sheet knows.
type Tone string

// The tones.
const (
	ToneCalm Tone = "calm"
	ToneBusy Tone = "busy"
	ToneGood Tone = "good"
	ToneBad  Tone = "bad"
)

// View is what the page shows, in one language.
type View struct {
	Layout Layout
	Tone   Tone
	Status string
	Count  string // how many wait; empty: not shown

	Start, Next, Stop bool // which buttons are shown; with Start, interests can be chosen

	Hide    Switch    // hides the person's network address
	Privacy string    // what a partner sees of it
	Check   bool      // a check of the connection can be asked for
	Found   []Finding // by the last one

	Chosen []string // interests
	Common string   // what the two have in common; empty: not shown

	Writing  bool   // text can be typed
	Sendable bool   // the draft may be sent
	Draft    string // the input's text
	Counter  string // characters used; empty: far from the limit

	Messages []Message
}

// Switch is one that a person sets.
type Switch struct{ On, Enabled bool }

// Finding is one thing that a check of the connection has found.
type Finding struct {
	Mark Mark
	Text string
}

// Mark says how good a finding is: names the style sheet knows.
type Mark string

// The marks.
const (
	MarkGood Mark = "good"
	MarkBad  Mark = "bad"
	MarkNone Mark = "none" // neither
)

// Present returns the view of a state. It is a pure function.
func Present(state State, language Language) View {
	active := state.Phase.Active()
	return View{
		Layout:   layout(state),
		Tone:     tone(state),
		Status:   status(state, language),
		Count:    count(state, language),
		Start:    !active && state.Phase != PhaseEnded,
		Next:     state.Phase == PhaseConnected || state.Phase == PhaseEnded,
		Stop:     active,
		Hide:     hideSwitch(state),
		Privacy:  privacyText(state).In(language),
		Check:    !active && !state.Check.Running,
		Found:    findings(state.Check, language),
		Chosen:   state.Interests,
		Common:   common(state, language),
		Writing:  state.Phase == PhaseConnected,
		Sendable: state.CanSend(),
		Draft:    state.Draft,
		Counter:  counter(state.Draft),
		Messages: state.Messages,
	}
}

func layout(state State) Layout {
	switch {
	case state.Phase.Looking():
		return LayoutSearch
	case state.Phase == PhaseConnected, state.Phase == PhaseEnded, len(state.Messages) > 0:
		return LayoutChat
	default:
		return LayoutStart
	}
}

func tone(state State) Tone {
	switch phase := state.Phase; {
	case phase == PhaseRetrying, phase == PhaseFailed:
		return ToneBad
	case phase.Looking(), state.Link == LinkInterrupted:
		return ToneBusy
	case phase == PhaseConnected:
		return ToneGood
	default:
		return ToneCalm
	}
}

func status(state State, language Language) string {
	text := statusText(state).In(language)
	if state.Phase == PhaseFailed && state.RetryAfter > 0 {
		seconds := int(math.Ceil(state.RetryAfter.Seconds()))
		text += " " + withNumber(TextRetryAfter.In(language), seconds)
	}
	return text
}

func statusText(state State) Text {
	switch state.Phase {
	case PhaseSearching:
		return TextSearching
	case PhaseWaiting:
		return waitingText(state)
	case PhaseConnecting:
		return TextConnecting
	case PhaseStillLooking:
		return TextStillLooking
	case PhaseRetrying:
		if state.Busy {
			return TextBusy
		}
		return TextRetrying
	case PhaseConnected:
		return connectedText(state.Link)
	case PhaseStopped:
		return TextStopped
	case PhaseEnded:
		return endedText(state.Reason)
	case PhaseFailed:
		return failedText(state.Reason, state.Cause)
	default:
		return TextIdle
	}
}

func waitingText(state State) Text {
	switch {
	case state.Widened:
		return TextWidened
	case len(state.Interests) > 0:
		return TextWaitingInterests
	case state.Waiting <= 1:
		return TextWaitingAlone
	default:
		return TextWaiting
	}
}

func connectedText(link Link) Text {
	switch link {
	case LinkInterrupted:
		return TextInterrupted
	case LinkRestored:
		return TextConnectedAgain
	default:
		return TextConnected
	}
}

func endedText(reason p2p.Reason) Text {
	switch reason {
	case p2p.ReasonPeerLeft:
		return TextPeerLeft
	case p2p.ReasonPeerNext:
		return TextPeerNext
	case p2p.ReasonPeerClosed:
		return TextPeerClosed
	case p2p.ReasonPeerGone:
		return TextPeerGone
	case p2p.ReasonUnread:
		return TextUnread
	case p2p.ReasonOverrun:
		return TextOverrun
	default:
		return TextChatEnded
	}
}

func failedText(reason p2p.Reason, cause p2p.Cause) Text {
	switch reason {
	case p2p.ReasonExpired:
		return TextExpired
	case p2p.ReasonSuperseded:
		return TextSuperseded
	case p2p.ReasonConnectFailed:
		return causeText(cause)
	case p2p.ReasonPeerMissing:
		return TextPeerMissing
	case p2p.ReasonRefused:
		return TextRefused
	case p2p.ReasonStreamBlocked:
		return TextStreamBlocked
	case p2p.ReasonTooManyTabs:
		return TextTooManyTabs
	default:
		return TextFailed
	}
}

func common(state State, language Language) string {
	if state.Common == "" || layout(state) != LayoutChat {
		return ""
	}
	return strings.ReplaceAll(TextBothLike.In(language), "{interest}", interestName(state.Common, language))
}

func count(state State, language Language) string {
	if !state.WaitingKnown || layout(state) == LayoutChat {
		return ""
	}
	text := TextCountMany
	switch looking := state.Phase.Looking(); {
	case looking && state.Waiting <= 1:
		text = TextCountAlone
	case looking:
		text = TextCountWithOthers
	case state.Waiting == 0:
		text = TextCountNobody
	case state.Waiting == 1:
		text = TextCountOne
	}
	return withNumber(text.In(language), state.Waiting)
}

func counter(draft string) string {
	length := textLength(draft)
	if length <= MaxText-counterFrom {
		return ""
	}
	return strconv.Itoa(length) + " / " + strconv.Itoa(MaxText)
}

func withNumber(text string, n int) string {
	return strings.ReplaceAll(text, "{n}", strconv.Itoa(n))
}

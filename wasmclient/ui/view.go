package ui

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

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
	Title  string // of the tab
	Layout Layout
	Tone   Tone
	Status string
	Count  string // how many wait; empty: not shown

	Start, Next, Stop, Block, Home bool // which buttons are shown
	Interests                      bool // can be chosen

	OffersInvite bool       // to invite somebody
	Invite       p2p.Invite // to pass on; empty: none

	Asked Control // asks whether it is really meant
	Hint  string  // what a person may do next; empty: not shown

	Settings Settings
	Refused  string // says that the browser does not let the page notify; empty: not shown

	Hide    Switch    // hides the person's network address
	Privacy string    // what a partner sees of it
	Check   bool      // a check of the connection can be asked for
	Found   []Finding // by the last one

	Chosen []string // interests, one's own included
	Own    []string // those of Chosen that the page does not offer
	Full   bool     // no more can be chosen
	Common string   // what the two have in common; empty: not shown

	Codes    []SafetyCode // one for each who is here; empty: not shown
	CodeNote string       // says that one has changed; empty: none has

	GroupSize int      // how many people to meet with, which can be chosen with Interests
	People    []Person // in a group; empty: not shown

	Suggestions []Suggestion

	Writing  bool   // text can be typed
	Copyable bool   // the draft can only be copied
	Sendable bool   // the draft may be sent
	Draft    string // the input's text
	Counter  string // characters used; empty: far from the limit

	Messages []Message
	New      string // says how many came below; empty: not shown
	Typing   string // says who writes; empty: not shown

	language Language
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
func Present(state State, language Language) View { return present(&state, language) }

func present(state *State, language Language) View {
	active, layout, invited := state.Phase.Active(), layout(state), state.Invite != ""
	return View{
		Title:     title(state),
		Layout:    layout,
		Tone:      tone(state),
		Status:    status(state, language),
		Count:     count(state, language),
		Start:     layout == LayoutStart || invited && !active,
		Next:      layout == LayoutChat && !invited,
		Stop:      active,
		Block:     layout == LayoutChat && state.CanBlock(),
		Home:      !active && (layout == LayoutChat || invited),
		Interests: layout == LayoutStart && !invited,

		OffersInvite: offersInvite(state),
		Invite:       shownInvite(state),

		Asked:       state.Asked,
		Hint:        hint(state, language),
		Hide:        hideSwitch(state),
		Privacy:     privacyText(state).In(language),
		Check:       !active && !state.Check.Running,
		Found:       findings(state.Check, language),
		Chosen:      state.Interests,
		Own:         slices.DeleteFunc(slices.Clone(state.Interests), isOffered),
		Full:        len(state.Interests) == MaxInterests,
		Common:      common(state, language),
		Codes:       codes(state, language),
		GroupSize:   state.Size(),
		People:      persons(state, language),
		CodeNote:    codeNote(state, language),
		Suggestions: suggestions(state, language),
		Writing:     state.Phase == PhaseConnected,
		Copyable:    !active && strings.TrimSpace(state.Draft) != "",
		Sendable:    state.CanSend(),
		Draft:       state.Draft,
		Counter:     counter(state.Draft),
		Messages:    state.Messages,
		New:         newMessages(state, language),
		Settings:    state.Settings,
		Refused:     refused(state, language),
		Typing:      typing(state, language),
		language:    language,
	}
}

func refused(state *State, language Language) string {
	if !state.NotifyRefused {
		return ""
	}
	return TextNotifyRefused.In(language)
}

func layout(state *State) Layout {
	switch {
	case state.Phase.Looking():
		return LayoutSearch
	case state.Phase == PhaseConnected, state.Phase == PhaseEnded, len(state.Messages) > 0, strings.TrimSpace(state.Draft) != "":
		return LayoutChat
	default:
		return LayoutStart
	}
}

func tone(state *State) Tone {
	switch phase := state.Phase; {
	case phase == PhaseRetrying, phase == PhaseFailed:
		return ToneBad
	case phase.Looking(), phase == PhaseConnected && len(state.interrupted()) > 0:
		return ToneBusy
	case phase == PhaseConnected:
		return ToneGood
	default:
		return ToneCalm
	}
}

func status(state *State, language Language) string {
	text := withNumber(statusText(state).In(language), othersToMeet(state))
	if cut := state.interrupted(); len(cut) > 0 {
		text = strings.ReplaceAll(text, "{name}", personName(cut[0].Slot, language))
	}
	if state.Phase == PhaseFailed && state.RetryAfter > 0 {
		seconds := int(math.Ceil(state.RetryAfter.Seconds()))
		text += " " + withNumber(TextRetryAfter.In(language), seconds)
	}
	return text
}

func statusText(state *State) Text {
	switch state.Phase {
	case PhaseSearching:
		if state.Invite != "" {
			return waitingText(state)
		}
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
		return connectedText(state)
	case PhaseStopped:
		if state.blocked() {
			return TextBlocked
		}
		return TextStopped
	case PhaseEnded:
		return endedText(state)
	case PhaseFailed:
		return failedText(state.Reason, state.Cause)
	default:
		if state.Invite != "" {
			return TextInvited
		}
		return TextIdle
	}
}

func waitingText(state *State) Text {
	switch {
	case state.Invite != "" && state.Size() > 2:
		return TextWaitingInviteGroup
	case state.Invite != "":
		return TextWaitingInvite
	case len(state.Interests) > 0 && state.Widened:
		return TextWidened
	case len(state.Interests) > 0:
		return TextWaitingInterests
	case state.Size() > 2:
		return TextWaitingGroup
	case state.Waiting <= 1:
		return TextWaitingAlone
	case state.Widened:
		return TextWidenedLanguage
	default:
		return TextWaiting
	}
}

// othersToMeet returns how many others there are in a chat, or will be.
func othersToMeet(state *State) int {
	if state.Partner() {
		return len(state.here())
	}
	return state.Size() - 1
}

func connectedText(state *State) Text {
	restored := func(m Member) bool { return m.Link == LinkRestored }
	switch cut := len(state.interrupted()); {
	case state.Group() && cut > 0:
		return TextPersonCut
	case state.Group() && othersToMeet(state) == 1:
		return TextConnectedOne
	case state.Group():
		return TextConnectedGroup
	case cut > 0:
		return TextInterrupted
	case slices.ContainsFunc(state.Members, restored):
		return TextConnectedAgain
	default:
		return TextConnected
	}
}

func endedText(state *State) Text {
	switch reason := state.Reason; reason {
	case p2p.ReasonPeerLeft, p2p.ReasonPeerNext, p2p.ReasonPeerClosed, p2p.ReasonPeerGone:
		if state.Group() {
			return TextEverybodyLeft
		}
		return partnerLeftText(reason)
	case p2p.ReasonUnread:
		return TextUnread
	case p2p.ReasonOverrun:
		return TextOverrun
	case p2p.ReasonUnverified:
		return TextUnverified
	default:
		return TextChatEnded
	}
}

func partnerLeftText(reason p2p.Reason) Text {
	switch reason {
	case p2p.ReasonPeerLeft:
		return TextPeerLeft
	case p2p.ReasonPeerNext:
		return TextPeerNext
	case p2p.ReasonPeerClosed:
		return TextPeerClosed
	default:
		return TextPeerGone
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
	case p2p.ReasonUnverified:
		return TextUnverified
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

func count(state *State, language Language) string {
	if !state.WaitingKnown || layout(state) == LayoutChat || state.Invite != "" {
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
	words := withNumber(text.In(language), state.Waiting)
	if usual := usualWait(state.MedianWait, language); usual != "" && state.Phase.Looking() {
		words += TextBetween.In(language) + usual
	}
	return words
}

// usualWait returns how long people usually wait, in words. Empty: nobody knows, or it is too
// long to say.
func usualWait(median time.Duration, language Language) string {
	for _, bound := range []int{5, 10, 20, 30, 60, 120, 300, 600} {
		switch {
		case median <= 0 || median > time.Duration(bound)*time.Second:
		case bound < 60:
			return withNumber(TextUsuallySeconds.In(language), bound)
		default:
			return withNumber(TextUsuallyMinutes.In(language), bound/60)
		}
	}
	return ""
}

func withNumber(text string, n int) string {
	return strings.ReplaceAll(text, "{n}", strconv.Itoa(n))
}

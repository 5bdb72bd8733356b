package ui

import (
	"strconv"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/safetycode"
)

// counterFrom is how many characters before MaxText the counter appears.
const counterFrom = 500

// mostUnread is the highest number of unread messages that is told.
const mostUnread = 99

func title(state *State) string {
	const name = "WasmP2PChat"
	switch unread := state.Unread; {
	case unread == 0:
		return name
	case unread > mostUnread:
		return "(" + strconv.Itoa(mostUnread) + "+) " + name
	default:
		return "(" + strconv.Itoa(unread) + ") " + name
	}
}

func newMessages(state *State, language Language) string {
	if state.New == 0 || layout(state) != LayoutChat {
		return ""
	}
	return withNumber(TextNewBelow.In(language), state.New)
}

func hint(state *State, language Language) string {
	switch {
	case state.Asked == ControlNext:
		return TextNextAgain.In(language)
	case state.Asked == ControlBlock && state.Group():
		return withName(TextBlockNameAgain, state.AskedSlot, language)
	case state.Asked == ControlBlock:
		return TextBlockAgain.In(language)
	case !state.escapeUntil.IsZero():
		return TextEscapeAgain.In(language)
	case !state.copiedUntil.IsZero():
		return TextCopied.In(language)
	default:
		return ""
	}
}

func common(state *State, language Language) string {
	switch {
	case layout(state) != LayoutChat:
		return ""
	case state.Invite != "" && state.Group():
		return TextVerifiedGroup.In(language)
	case state.Invite != "" && state.Partner():
		return TextVerified.In(language)
	case state.Common == "":
		return ""
	}
	text := TextBothLike
	if state.Group() {
		text = TextAllLike
	}
	return strings.ReplaceAll(text.In(language), "{interest}", interestName(state.Common, language))
}

// Text says how far a message has come, in words.
func (d Delivery) Text() Text {
	switch d {
	case DeliveryWaiting:
		return TextDeliveryWaits
	case DeliverySent:
		return TextSent
	case DeliveryDelivered:
		return TextDelivered
	case DeliveryFailed:
		return TextUnsent
	default:
		return TextSending
	}
}

// Noted reports whether the words stand below the message, beside its mark.
func (d Delivery) Noted() bool { return d == DeliveryWaiting || d == DeliveryFailed }

// SafetyCode is the safety code of the connection to somebody.
type SafetyCode struct {
	Name    string   // of that person; empty: the partner in a chat of two
	Symbols []string // with their names
}

func codes(state *State, language Language) (shown []SafetyCode) {
	if state.Phase != PhaseConnected || state.Invite != "" {
		return nil // an invite checks by itself
	}
	for _, member := range state.here() {
		code := SafetyCode{Symbols: symbols(member.Code, language)}
		if state.Group() {
			code.Name = personName(member.Slot, language)
		}
		if code.Symbols != nil {
			shown = append(shown, code)
		}
	}
	return shown
}

func symbols(code string, language Language) (shown []string) {
	for _, symbol := range safetycode.Of([]byte(code)) {
		name := symbol.English
		if language == Japanese {
			name = symbol.Japanese
		}
		shown = append(shown, symbol.Emoji+" "+name)
	}
	return shown
}

func codeNote(state *State, language Language) string {
	for _, member := range state.here() {
		switch {
		case !member.CodeChanged:
		case state.Group():
			return withName(TextNameCodeChanged, member.Slot, language)
		default:
			return TextCodeChanged.In(language)
		}
	}
	return ""
}

func counter(draft string) string {
	length := textLength(draft)
	if length <= MaxText-counterFrom {
		return ""
	}
	return strconv.Itoa(length) + " / " + strconv.Itoa(MaxText)
}

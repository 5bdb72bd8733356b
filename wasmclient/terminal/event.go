//go:build !js

package terminal

import (
	"fmt"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// event is something to tell. Its fields are those of --json, which the README explains;
// Text is what people read.
type event struct {
	Type        string   `json:"type"`
	State       string   `json:"state,omitempty"`
	Reason      string   `json:"reason,omitempty"`
	Error       string   `json:"error,omitempty"`
	Waiting     int      `json:"waiting,omitempty"`
	Room        string   `json:"room,omitempty"`
	Interest    string   `json:"interest,omitempty"`
	Slots       []int    `json:"slots,omitempty"`
	Slot        *int     `json:"slot,omitempty"`
	Unconfirmed int      `json:"unconfirmed,omitempty"`
	ID          string   `json:"id,omitempty"`
	Text        string   `json:"text,omitempty"`
	Trace       *tracing `json:"trace,omitempty"`

	from string // who wrote the message
}

// The types of events.
const (
	typeState   = "state"
	typePeer    = "peer"
	typeMessage = "message"
	typeNotice  = "notice"
	typeTrace   = "trace"
)

func notice(format string, arguments ...any) event {
	return event{Type: typeNotice, Text: fmt.Sprintf(format, arguments...)}
}

// stages are the names of the stages of a search. Those that are missing are not told.
var stages = map[p2p.Stage]string{
	p2p.StageSearching:    "searching",
	p2p.StageWaiting:      "waiting",
	p2p.StageConnecting:   "connecting",
	p2p.StageStillLooking: "still_looking",
	p2p.StageRetrying:     "retrying",
	p2p.StageWidened:      "widened",
}

func progressEvent(now p2p.Progress) event {
	told := event{Type: typeState, State: stages[now.Stage], Waiting: now.Waiting, Text: describe(now)}
	if now.Err != nil {
		told.Error = now.Err.Error()
	}
	return told
}

func changeEvent(change p2p.Change) event {
	slot := change.Peer.Slot
	return event{Type: typePeer, State: string(change.State), Slot: &slot, Reason: string(change.Reason), Text: describeChange(change)}
}

func endEvent(ended *p2p.EndedError) event {
	told := event{Type: typeState, State: "ended", Reason: string(ended.Reason), Unconfirmed: ended.Unconfirmed, Text: farewell(ended.Reason)}
	if ended.Unconfirmed > 0 {
		told.Text += fmt.Sprintf("\nPerhaps not received: your last %d.", ended.Unconfirmed)
	}
	return told
}

func describe(now p2p.Progress) string {
	switch now.Stage {
	case p2p.StageSearching:
		return "Asking the server…"
	case p2p.StageWaiting:
		return fmt.Sprintf("Waiting for a partner; %d here.", now.Waiting)
	case p2p.StageConnecting:
		return "Partner found, connecting…"
	case p2p.StageStillLooking:
		return "That one could not be reached; looking on…"
	case p2p.StageWidened:
		return "Nobody new so far; anybody will do now…"
	case p2p.StageRetrying:
		if now.Busy {
			return "The server is busy, trying again…"
		}
		return fmt.Sprintf("The server cannot be reached, trying again: %v", now.Err)
	default:
		return "Looking on…"
	}
}

// describeChange returns "" for changes that people are not told.
func describeChange(change p2p.Change) string {
	switch change.State {
	case p2p.PeerInterrupted:
		return "Connection interrupted, trying to reconnect…"
	case p2p.PeerConnected:
		return "Connected again."
	default:
		return ""
	}
}

func farewell(reason p2p.Reason) string {
	switch reason {
	case p2p.ReasonClosed:
		return "Goodbye."
	case p2p.ReasonPeerLeft:
		return "Your partner has left."
	case p2p.ReasonPeerNext:
		return "Your partner looks for somebody else."
	case p2p.ReasonPeerClosed:
		return "Your partner has closed the page."
	case p2p.ReasonUnread:
		return "The chat has ended: messages came faster than they were read."
	case p2p.ReasonOverrun:
		return "The chat has ended: your partner's program sent too much."
	default:
		return "Your partner is gone."
	}
}

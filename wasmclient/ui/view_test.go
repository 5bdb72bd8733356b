package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

func TestPresent(t *testing.T) {
	t.Parallel()
	started, _ := after(State{}, Start{})
	liking, _ := after(State{}, Choose{"music"}, Start{})
	for _, test := range []struct {
		name   string
		state  State
		events []Event
		layout Layout
		status Text
		show   string // buttons, and "input"
	}{
		{"opened", State{}, nil, LayoutStart, TextIdle, "start"},
		{"searching", started, nil, LayoutSearch, TextSearching, "stop"},
		{"alone", started, []Event{waiting(1, 1)}, LayoutSearch, TextWaitingAlone, "stop"},
		{"with others", started, []Event{waiting(1, 3)}, LayoutSearch, TextWaiting, "stop"},
		{"other languages too", started, []Event{waiting(1, 3), widened(1)}, LayoutSearch, TextWidenedLanguage, "stop"},
		{"other languages too, a new count", started, []Event{widened(1), waiting(1, 3)}, LayoutSearch, TextWidenedLanguage, "stop"},
		{"other languages too, alone", started, []Event{waiting(1, 1), widened(1)}, LayoutSearch, TextWaitingAlone, "stop"},
		{"widened", liking, []Event{waiting(1, 3), widened(1)}, LayoutSearch, TextWidened, "stop"},
		{"widened, alone", liking, []Event{waiting(1, 1), widened(1)}, LayoutSearch, TextWidened, "stop"},
		{"widened, a new count", liking, []Event{widened(1), waiting(1, 3)}, LayoutSearch, TextWidened, "stop"},
		{"widened after a partner who did not work out", liking, []Event{stage(1, p2p.StageStillLooking), widened(1)}, LayoutSearch, TextWidened, "stop"},
		{"a new place in the queue", started, []Event{widened(1), stage(1, p2p.StageSearching), waiting(1, 3)}, LayoutSearch, TextWaiting, "stop"},
		{"met recently are welcome again", started, []Event{waiting(1, 3), recentDropped(1)}, LayoutSearch, TextWaiting, "stop"},
		{"with an interest", liking, []Event{waiting(1, 1)}, LayoutSearch, TextWaitingInterests, "stop"},
		{"connecting", started, []Event{stage(1, p2p.StageConnecting)}, LayoutSearch, TextConnecting, "stop"},
		{"still looking", started, []Event{stage(1, p2p.StageStillLooking)}, LayoutSearch, TextStillLooking, "stop"},
		{"server away", started, []Event{stage(1, p2p.StageRetrying)}, LayoutSearch, TextRetrying, "stop"},
		{"server busy", started, []Event{retrying(1, true)}, LayoutSearch, TextBusy, "stop"},
		{"server gone, no longer busy", started, []Event{retrying(1, true), retrying(1, false)}, LayoutSearch, TextRetrying, "stop"},
		{"connected", talking(), nil, LayoutChat, TextConnected, "next stop block input"},
		{"interrupted", talking(), []Event{Interrupted{1, 1}}, LayoutChat, TextInterrupted, "next stop block input"},
		{"interrupted twice", talking(), []Event{Interrupted{1, 1}, Restored{1, 1}, Interrupted{1, 1}}, LayoutChat, TextInterrupted, "next stop block input"},
		{"connected again", talking(), []Event{Interrupted{1, 1}, Restored{1, 1}}, LayoutChat, TextConnectedAgain, "next stop block input"},
		{"never interrupted", talking(), []Event{Restored{1, 1}}, LayoutChat, TextConnected, "next stop block input"},
		{"partner gone while interrupted", talking(), []Event{Interrupted{1, 1}, Ended{Search: 1, Reason: p2p.ReasonPeerGone}}, LayoutChat, TextPeerGone, "next block home"},
		{"next partner after an interruption", talking(), []Event{Interrupted{1, 1}, Next{}, met(2)}, LayoutChat, TextConnected, "next stop block input"},
		{"partner left", talking(), []Event{Ended{Search: 1, Reason: p2p.ReasonPeerLeft}}, LayoutChat, TextPeerLeft, "next block home"},
		{"partner went on", talking(), []Event{Ended{Search: 1, Reason: p2p.ReasonPeerNext}}, LayoutChat, TextPeerNext, "next block home"},
		{"partner closed the page", talking(), []Event{Ended{Search: 1, Reason: p2p.ReasonPeerClosed}}, LayoutChat, TextPeerClosed, "next block home"},
		{"partner gone", talking(), []Event{Ended{Search: 1, Reason: p2p.ReasonPeerGone}}, LayoutChat, TextPeerGone, "next block home"},
		{"not read", talking(), []Event{Ended{Search: 1, Reason: p2p.ReasonUnread}}, LayoutChat, TextUnread, "next block home"},
		{"partner sent too much", talking(), []Event{Ended{Search: 1, Reason: p2p.ReasonOverrun}}, LayoutChat, TextOverrun, "next block home"},
		{"ended otherwise", talking(), []Event{Ended{Search: 1, Reason: p2p.ReasonSuperseded}}, LayoutChat, TextChatEnded, "next block home"},
		{"stopped", started, []Event{Stop{}}, LayoutStart, TextStopped, "start"},
		{"stopped, messages stay", talking(), []Event{Received{1, 1, "hi"}, Stop{}}, LayoutChat, TextStopped, "next block home"},
		{"stopped, nothing was written", talking(), []Event{Stop{}}, LayoutStart, TextStopped, "start"},
		{"stopped, something was not sent", talking(), []Event{Typed{"a"}, Stop{}}, LayoutChat, TextStopped, "next block home copy"},
		{"partner left, something was not sent", talking(), []Event{Typed{"a"}, Ended{Search: 1}}, LayoutChat, TextChatEnded, "next block home copy"},
		{"blocked", talking(), []Event{Received{1, 1, "hi"}, Block{}, Block{}}, LayoutChat, TextBlocked, "next home"},
		{"blocked, nothing was written", talking(), []Event{Block{}, Block{}}, LayoutStart, TextBlocked, "start"},
		{"blocked after the end", talking(), []Event{Received{1, 1, "hi"}, Ended{Search: 1}, Block{}, Block{}}, LayoutChat, TextBlocked, "next home"},
		{"home", talking(), []Event{Received{1, 1, "hi"}, Typed{"a"}, Stop{}, Home{}}, LayoutStart, TextIdle, "start"},
		{"home after a partner left", talking(), []Event{Received{1, 1, "hi"}, Ended{Search: 1}, Home{}}, LayoutStart, TextIdle, "start"},
		{"no home in a chat", talking(), []Event{Home{}}, LayoutChat, TextConnected, "next stop block input"},
		{"nobody came", started, []Event{Ended{Search: 1, Reason: p2p.ReasonExpired}}, LayoutStart, TextExpired, "start"},
		{"superseded", started, []Event{Ended{Search: 1, Reason: p2p.ReasonSuperseded}}, LayoutStart, TextSuperseded, "start"},
		{"no link", started, []Event{Ended{Search: 1, Reason: p2p.ReasonConnectFailed}}, LayoutStart, TextConnectFailed, "start"},
		{"nobody came", started, []Event{Ended{Search: 1, Reason: p2p.ReasonPeerMissing}}, LayoutStart, TextPeerMissing, "start"},
		{"refused", started, []Event{Ended{Search: 1, Reason: p2p.ReasonRefused}}, LayoutStart, TextRefused, "start"},
		{"stream blocked", started, []Event{Ended{Search: 1, Reason: p2p.ReasonStreamBlocked}}, LayoutStart, TextStreamBlocked, "start"},
		{"too many tabs", started, []Event{Ended{Search: 1, Reason: p2p.ReasonTooManyTabs}}, LayoutStart, TextTooManyTabs, "start"},
		{"unknown failure", started, []Event{Ended{Search: 1}}, LayoutStart, TextFailed, "start"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, _ := after(test.state, test.events...)
			view := Present(state, Japanese)
			if view.Layout != test.layout || view.Status != test.status.In(Japanese) {
				t.Errorf("layout %s, status %q; want %s, %q", view.Layout, view.Status, test.layout, test.status.In(Japanese))
			}
			if show := shown(view); show != test.show {
				t.Errorf("shows %q, want %q", show, test.show)
			}
		})
	}
}

func TestTone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		events []Event
		want   Tone
	}{
		{"opened", nil, ToneCalm},
		{"searching", []Event{Start{}}, ToneBusy},
		{"server away", []Event{Start{}, stage(1, p2p.StageRetrying)}, ToneBad},
		{"connected", []Event{Start{}, met(1)}, ToneGood},
		{"interrupted", []Event{Start{}, met(1), Interrupted{1, 1}}, ToneBusy},
		{"connected again", []Event{Start{}, met(1), Interrupted{1, 1}, Restored{1, 1}}, ToneGood},
		{"gone while interrupted", []Event{Start{}, met(1), Interrupted{1, 1}, Ended{Search: 1}}, ToneCalm},
		{"STOP while interrupted", []Event{Start{}, met(1), Interrupted{1, 1}, Stop{}}, ToneCalm},
		{"no partner", []Event{Start{}, Ended{Search: 1}}, ToneBad},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, _ := after(State{}, test.events...)
			if got := Present(state, English).Tone; got != test.want {
				t.Errorf("tone %s, want %s", got, test.want)
			}
		})
	}
}

func shown(view View) string {
	var names []string
	for _, part := range []struct {
		name string
		here bool
	}{{"start", view.Start}, {"next", view.Next}, {"stop", view.Stop}, {"block", view.Block}, {"home", view.Home}, {"copy", view.Copyable}, {"input", view.Writing}} {
		if part.here {
			names = append(names, part.name)
		}
	}
	return strings.Join(names, " ")
}

func TestCountInWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		events []Event
		want   string
	}{
		{"unknown", nil, ""},
		{"server did not answer", []Event{Counted{}}, ""},
		{"nobody", []Event{Counted{0, true}}, "Nobody is waiting right now."},
		{"one", []Event{Counted{1, true}}, "1 person is waiting."},
		{"many", []Event{Counted{12, true}}, "12 people are waiting."},
		{"alone", []Event{Start{}, waiting(1, 1)}, "1 waiting: only you"},
		{"with others", []Event{Start{}, waiting(1, 3)}, "3 waiting, you included"},
		{"in a chat", []Event{Start{}, waiting(1, 3), met(1), Counted{3, true}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, _ := after(State{}, test.events...)
			if got := Present(state, English).Count; got != test.want {
				t.Errorf("count %q, want %q", got, test.want)
			}
		})
	}
}

func TestUsualWaitInWords(t *testing.T) {
	t.Parallel()
	for median, want := range map[time.Duration]string{
		-time.Second:                 "",
		0:                            "",
		1:                            " · usually under 5 s",
		5 * time.Second:              " · usually under 5 s",
		5*time.Second + 1:            " · usually under 10 s",
		20 * time.Second:             " · usually under 20 s",
		29 * time.Second:             " · usually under 30 s",
		31 * time.Second:             " · usually under 1 min",
		61 * time.Second:             " · usually under 2 min",
		3 * time.Minute:              " · usually under 5 min",
		10 * time.Minute:             " · usually under 10 min",
		10*time.Minute + time.Second: "",
	} {
		state, _ := after(State{}, Start{}, Progressed{1, p2p.Progress{Stage: p2p.StageWaiting, Waiting: 3, MedianWait: median}})
		if got := Present(state, English).Count; got != "3 waiting, you included"+want {
			t.Errorf("%v: %q, want %q", median, got, want)
		}
	}
}

func TestCounterAppearsNearTheLimit(t *testing.T) {
	t.Parallel()
	state, _ := after(talking(), Typed{"short"})
	if got := Present(state, English).Counter; got != "" {
		t.Errorf("counter %q for a short text", got)
	}
	state, _ = after(state, Typed{strings.Repeat("x", MaxText)})
	if got := Present(state, English).Counter; got != "4000 / 4000" {
		t.Errorf("counter %q at the limit", got)
	}
}

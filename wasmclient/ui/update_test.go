package ui

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// after returns the state after the events and the effects of the last one.
func after(state State, events ...Event) (State, []Effect) {
	var effects []Effect
	for _, event := range events {
		state, effects = Update(state, event)
	}
	return state, effects
}

func stage(search int, stage p2p.Stage) Progressed {
	return Progressed{search, p2p.Progress{Stage: stage}}
}

func waiting(search, people int) Progressed {
	return Progressed{search, p2p.Progress{Stage: p2p.StageWaiting, Waiting: people}}
}

func widened(search int) Progressed {
	return Progressed{search, p2p.Progress{Stage: p2p.StageWidened, RecentDropped: true, Any: true}}
}

func recentDropped(search int) Progressed {
	return Progressed{search, p2p.Progress{Stage: p2p.StageWidened, RecentDropped: true}}
}

func retrying(search int, busy bool) Progressed {
	return Progressed{search, p2p.Progress{Stage: p2p.StageRetrying, Busy: busy}}
}

// talking is a state in the chat of search 1.
func talking() State {
	state, _ := after(State{}, Start{}, waiting(1, 1), stage(1, p2p.StageConnecting), Connected{Search: 1})
	return state
}

func TestPhases(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		events []Event
		want   Phase
	}{
		{"opened", nil, PhaseIdle},
		{"START", []Event{Start{}}, PhaseSearching},
		{"queued", []Event{Start{}, waiting(1, 1)}, PhaseWaiting},
		{"partner found", []Event{Start{}, waiting(1, 2), stage(1, p2p.StageConnecting)}, PhaseConnecting},
		{"partner did not work out", []Event{Start{}, stage(1, p2p.StageConnecting), stage(1, p2p.StageStillLooking)}, PhaseStillLooking},
		{"queued again", []Event{Start{}, stage(1, p2p.StageStillLooking), stage(1, p2p.StageSearching), waiting(1, 1)}, PhaseStillLooking},
		{"another partner", []Event{Start{}, stage(1, p2p.StageStillLooking), waiting(1, 2), stage(1, p2p.StageConnecting)}, PhaseConnecting},
		{"server away", []Event{Start{}, waiting(1, 1), stage(1, p2p.StageRetrying)}, PhaseRetrying},
		{"server back", []Event{Start{}, stage(1, p2p.StageRetrying), waiting(1, 1)}, PhaseWaiting},
		{"connected", []Event{Start{}, stage(1, p2p.StageConnecting), Connected{Search: 1}}, PhaseConnected},
		{"partner left", []Event{Start{}, Connected{Search: 1}, Ended{Search: 1, Reason: p2p.ReasonPeerLeft}}, PhaseEnded},
		{"search failed", []Event{Start{}, Ended{Search: 1, Reason: p2p.ReasonRefused}}, PhaseFailed},
		{"STOP while searching", []Event{Start{}, Stop{}}, PhaseStopped},
		{"STOP in a chat", []Event{Start{}, Connected{Search: 1}, Stop{}}, PhaseStopped},
		{"START after STOP", []Event{Start{}, Stop{}, Start{}}, PhaseSearching},
		{"NEXT in a chat", []Event{Start{}, Connected{Search: 1}, Next{}}, PhaseSearching},
		{"NEXT after partner left", []Event{Start{}, Connected{Search: 1}, Ended{Search: 1}, Next{}}, PhaseSearching},
		{"START after a failure", []Event{Start{}, Ended{Search: 1}, Start{}}, PhaseSearching},
		{"page hidden", []Event{Start{}, Connected{Search: 1}, PageHidden{}}, PhaseIdle},
		{"page restored", []Event{Start{}, PageHidden{}, PageRestored{}}, PhaseIdle},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if state, _ := after(State{}, test.events...); state.Phase != test.want {
				t.Errorf("phase %v, want %v", state.Phase, test.want)
			}
		})
	}
}

func TestEffects(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		events []Event
		want   []Effect
	}{
		{"START", []Event{Start{}}, []Effect{Find{Search: 1}, Focus{TargetPage}}},
		{"START twice", []Event{Start{}, Start{}}, nil},
		{"NEXT says why", []Event{Start{}, Connected{Search: 1}, Next{}}, []Effect{Leave{p2p.ByeNext}, Find{Search: 2}, Focus{TargetPage}}},
		{"NEXT twice", []Event{Start{}, Connected{Search: 1}, Next{}, Next{}}, nil},
		{"NEXT when alone", []Event{Start{}, Connected{Search: 1}, Ended{Search: 1}, Next{}}, []Effect{Find{Search: 2}, Focus{TargetPage}}},
		{"STOP says why", []Event{Start{}, Stop{}}, []Effect{Leave{p2p.ByeStopped}, CountWaiting{}, Focus{TargetPage}}},
		{"STOP twice", []Event{Start{}, Stop{}, Stop{}}, nil},
		{"connected", []Event{Start{}, Connected{Search: 1}}, []Effect{Focus{TargetInput}}},
		{"connected unseen", []Event{Start{}, Tick{Visible: false}, Connected{Search: 1}}, []Effect{Focus{TargetInput}, TellHidden{true}}},
		{"a chat no longer seen", []Event{Start{}, Connected{Search: 1}, Tick{Visible: false}}, []Effect{TellHidden{true}}},
		{"a chat seen again", []Event{Start{}, Connected{Search: 1}, Tick{Visible: false}, Tick{Visible: true}}, []Effect{TellHidden{false}}},
		{"a chat still not seen", []Event{Start{}, Connected{Search: 1}, Tick{Visible: false}, Tick{Visible: false}}, nil},
		{"page hidden in a chat", []Event{Start{}, Connected{Search: 1}, PageHidden{}}, []Effect{Leave{p2p.ByeClosed}}},
		{"page hidden while searching", []Event{Start{}, PageHidden{}}, []Effect{Leave{p2p.ByeClosed}}},
		{"page hidden when idle", []Event{PageHidden{}}, nil},
		{"tick when idle", []Event{Tick{Visible: true}}, []Effect{CountWaiting{}}},
		{"tick of a hidden page", []Event{Tick{Visible: false}}, nil},
		{"tick while searching", []Event{Start{}, Tick{Visible: true}}, nil},
		{"tick in a chat", []Event{Start{}, Connected{Search: 1}, Tick{Visible: true}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, effects := after(State{}, test.events...); !reflect.DeepEqual(effects, test.want) {
				t.Errorf("effects %v, want %v", effects, test.want)
			}
		})
	}
}

func TestNewsOfAnotherSearchChangesNothing(t *testing.T) {
	t.Parallel()
	searching, _ := after(talking(), Next{}) // search 2
	chatting, _ := after(searching, Connected{Search: 2}, Typed{"mine"}, Send{})
	interrupted, _ := after(chatting, Interrupted{2})
	for _, state := range []State{searching, chatting, interrupted} {
		for _, event := range []Event{
			waiting(1, 9), Connected{Search: 1}, Interrupted{1}, Restored{1}, Received{1, "late"}, SendFailed{1, state.lastMessage},
			Ended{Search: 1, Reason: p2p.ReasonClosed},
		} {
			got, effects := Update(state, event)
			if !reflect.DeepEqual(got, state) || effects != nil {
				t.Errorf("%#v: state %+v and effects %v, want no change", event, got, effects)
			}
		}
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("x", MaxText)
	for _, test := range []struct {
		name, draft string
		sent        bool
	}{
		{"text", "hello", true},
		{"whitespace is kept", "  a\n b ", true},
		{"empty", "", false},
		{"blank", " \n\t\u3000", false},
		{"the longest", longest, true},
		{"too long", longest + "x", false},
		{"too long in UTF-16", strings.Repeat("👋", MaxText/2) + "x", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, effects := after(talking(), Typed{test.draft}, Send{})
			if !test.sent {
				if len(state.Messages) != 0 || effects != nil || state.Draft != test.draft {
					t.Errorf("sent %v with effects %v, want the draft kept", state.Messages, effects)
				}
				return
			}
			wantMessages := []Message{{ID: 1, Mine: true, Text: test.draft}}
			wantEffects := []Effect{SendText{1, 1, test.draft}, Focus{TargetInput}}
			if !reflect.DeepEqual(state.Messages, wantMessages) || !reflect.DeepEqual(effects, wantEffects) || state.Draft != "" {
				t.Errorf("messages %v, effects %v, draft %q", state.Messages, effects, state.Draft)
			}
		})
	}
}

func TestSendNeedsAPartner(t *testing.T) {
	t.Parallel()
	state, effects := after(talking(), Typed{"too late"}, Ended{Search: 1, Reason: p2p.ReasonPeerLeft}, Send{})
	if len(state.Messages) != 0 || effects != nil {
		t.Errorf("messages %v and effects %v, want none", state.Messages, effects)
	}
}

func TestLongestTextFitsAnEnvelope(t *testing.T) {
	t.Parallel()
	// Three bytes for one UTF-16 code unit is the worst that UTF-8 does.
	if size := len(strings.Repeat("字", MaxText)); size > 48<<10 {
		t.Errorf("the longest text takes %d bytes", size)
	}
}

func TestFailedMessageIsMarked(t *testing.T) {
	t.Parallel()
	before, _ := after(talking(), Typed{"one"}, Send{}, Typed{"two"}, Send{})
	state, _ := Update(before, SendFailed{Search: 1, Message: 1})
	if !state.Messages[0].Unsent || state.Messages[1].Unsent {
		t.Errorf("messages %+v, want the first one marked", state.Messages)
	}
	if before.Messages[0].Unsent {
		t.Error("the older state changed")
	}
}

func TestWhatAnInterruptionSwallowedIsMarked(t *testing.T) {
	t.Parallel()
	interrupted, _ := after(talking(), Typed{"before"}, Send{}, Interrupted{1}, Interrupted{1}, Typed{"meanwhile"}, Send{}, Received{1, "late"})
	for _, test := range []struct {
		name string
		end  []Event
		want []bool
	}{
		{"it goes on", nil, []bool{false, false, false}},
		{"connected again", []Event{Restored{1}, Ended{Search: 1, Reason: p2p.ReasonPeerLeft}}, []bool{false, false, false}},
		{"partner gone", []Event{Ended{Search: 1, Reason: p2p.ReasonPeerGone}}, []bool{false, true, false}},
		{"STOP", []Event{Stop{}}, []bool{false, true, false}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, _ := after(interrupted, test.end...)
			var unsent []bool
			for _, message := range state.Messages {
				unsent = append(unsent, message.Unsent)
			}
			if !slices.Equal(unsent, test.want) {
				t.Errorf("unsent %v of %v, want %v", unsent, state.Messages, test.want)
			}
		})
	}
}

func TestMessagesAreBounded(t *testing.T) {
	t.Parallel()
	state := talking()
	const extra = 7
	for i := range MaxMessages + extra {
		state, _ = Update(state, Received{1, strconv.Itoa(i)})
	}
	if got := len(state.Messages); got != MaxMessages {
		t.Fatalf("%d messages, want %d", got, MaxMessages)
	}
	if first, last := state.Messages[0].Text, state.Messages[MaxMessages-1].Text; first != strconv.Itoa(extra) || last != strconv.Itoa(MaxMessages+extra-1) {
		t.Errorf("messages from %s to %s, want the newest", first, last)
	}
}

func TestNextPartnerSeesNothingOfTheLastOne(t *testing.T) {
	t.Parallel()
	state, _ := after(talking(), Received{1, "hi"}, Typed{"for you only"}, Next{})
	if len(state.Messages) != 0 || state.Draft != "" {
		t.Errorf("messages %v and draft %q, want none", state.Messages, state.Draft)
	}
	next, _ := after(state, Connected{Search: 2}, Received{2, "new"})
	if next.Messages[0].ID <= 1 {
		t.Errorf("message id %d is used twice", next.Messages[0].ID)
	}
}

func TestCountOfWaiting(t *testing.T) {
	t.Parallel()
	state, _ := after(State{}, Counted{Waiting: 4, Known: true})
	if state.Waiting != 4 || !state.WaitingKnown {
		t.Errorf("idle: %d waiting, known %v", state.Waiting, state.WaitingKnown)
	}
	state, _ = after(state, Start{}, waiting(1, 2), Counted{Waiting: 9, Known: true})
	if state.Waiting != 2 {
		t.Errorf("searching: %d waiting, want the stream's 2", state.Waiting)
	}
	state, _ = after(state, stage(1, p2p.StageRetrying))
	if state.WaitingKnown {
		t.Error("server away: the old count is still shown")
	}
}

func TestFailureSaysWhyAndHowLong(t *testing.T) {
	t.Parallel()
	state, _ := after(State{}, Start{}, Ended{Search: 1, Reason: p2p.ReasonRefused, RetryAfter: 1500 * time.Millisecond})
	if got, want := Present(state, English).Status, TextRefused.In(English)+" Please wait 2 s."; got != want {
		t.Errorf("status %q, want %q", got, want)
	}
}

// TestLongTextsOfThePartner checks that a partner cannot fill the page: what is
// longer than this page would send is shortened, between characters.
func TestLongTextsOfThePartner(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"hello":                            "hello",
		strings.Repeat("あ", MaxText):       strings.Repeat("あ", MaxText),
		strings.Repeat("あ", MaxText+1):     strings.Repeat("あ", MaxText) + "…",
		"a" + strings.Repeat("😀", MaxText): "a" + strings.Repeat("😀", (MaxText-1)/2) + "…",
	} {
		state, _ := Update(talking(), Received{1, text})
		if got := state.Messages[len(state.Messages)-1].Text; got != want {
			t.Errorf("%d bytes became %d, want %d", len(text), len(got), len(want))
		}
	}
}

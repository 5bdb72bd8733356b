package ui

import (
	"reflect"
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

// partner are the slots of the others in a chat of two.
var partner = []int{1}

// met is the event of a chat of two that is open.
func met(search int) Connected { return Connected{Search: search, Slots: partner} }

// talking is a state in the chat of search 1.
func talking() State {
	state, _ := after(State{}, Start{}, waiting(1, 1), stage(1, p2p.StageConnecting), met(1))
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
		{"connected", []Event{Start{}, stage(1, p2p.StageConnecting), met(1)}, PhaseConnected},
		{"partner left", []Event{Start{}, met(1), Ended{Search: 1, Reason: p2p.ReasonPeerLeft}}, PhaseEnded},
		{"search failed", []Event{Start{}, Ended{Search: 1, Reason: p2p.ReasonRefused}}, PhaseFailed},
		{"STOP while searching", []Event{Start{}, Stop{}}, PhaseStopped},
		{"STOP in a chat", []Event{Start{}, met(1), Stop{}}, PhaseStopped},
		{"START after STOP", []Event{Start{}, Stop{}, Start{}}, PhaseSearching},
		{"NEXT in a chat", []Event{Start{}, met(1), Next{}}, PhaseSearching},
		{"NEXT after partner left", []Event{Start{}, met(1), Ended{Search: 1}, Next{}}, PhaseSearching},
		{"START after a failure", []Event{Start{}, Ended{Search: 1}, Start{}}, PhaseSearching},
		{"page hidden", []Event{Start{}, met(1), PageHidden{}}, PhaseIdle},
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
		{"START", []Event{Start{}}, []Effect{Find{Search: 1, GroupSize: 2}, Focus{TargetPage}}},
		{"START twice", []Event{Start{}, Start{}}, nil},
		{"NEXT says why", []Event{Start{}, met(1), Next{}}, []Effect{Leave{p2p.ByeNext}, Find{Search: 2, GroupSize: 2}, Focus{TargetPage}}},
		{"NEXT twice", []Event{Start{}, met(1), Next{}, Next{}}, nil},
		{"NEXT when alone", []Event{Start{}, met(1), Ended{Search: 1}, Next{}}, []Effect{Find{Search: 2, GroupSize: 2}, Focus{TargetPage}}},
		{"NEXT after STOP", []Event{Start{}, met(1), Received{1, 1, "hi"}, Stop{}, Next{}}, []Effect{Find{Search: 3, GroupSize: 2}, Focus{TargetPage}}},
		{"HOME", []Event{Start{}, met(1), Ended{Search: 1}, Home{}}, []Effect{CountWaiting{}, Focus{TargetPage}}},
		{"STOP says why", []Event{Start{}, Stop{}}, []Effect{Leave{p2p.ByeStopped}, CountWaiting{}, Focus{TargetPage}}},
		{"STOP twice", []Event{Start{}, Stop{}, Stop{}}, nil},
		{"connected", []Event{Start{}, met(1)}, []Effect{Focus{TargetInput}}},
		{"connected unseen", []Event{Start{}, Tick{Visible: false}, met(1)}, []Effect{TellHidden{true}, Focus{TargetInput}}},
		{"a chat no longer seen", []Event{Start{}, met(1), Tick{Visible: false}}, []Effect{TellHidden{true}}},
		{"a chat seen again", []Event{Start{}, met(1), Tick{Visible: false}, Tick{Visible: true}}, []Effect{TellHidden{false}}},
		{"a chat still not seen", []Event{Start{}, met(1), Tick{Visible: false}, Tick{Visible: false}}, nil},
		{"page hidden in a chat", []Event{Start{}, met(1), PageHidden{}}, []Effect{Leave{p2p.ByeClosed}}},
		{"page hidden while searching", []Event{Start{}, PageHidden{}}, []Effect{Leave{p2p.ByeClosed}}},
		{"page hidden when idle", []Event{PageHidden{}}, nil},
		{"tick when idle", []Event{Tick{Visible: true}}, []Effect{CountWaiting{}}},
		{"tick of a hidden page", []Event{Tick{Visible: false}}, nil},
		{"tick while searching", []Event{Start{}, Tick{Visible: true}}, nil},
		{"tick in a chat", []Event{Start{}, met(1), Tick{Visible: true}}, nil},
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
	chatting, _ := after(searching, met(2), Typed{"mine"}, Send{})
	interrupted, _ := after(chatting, Interrupted{2, 1})
	for _, state := range []State{searching, chatting, interrupted} {
		for _, event := range []Event{
			waiting(1, 9), met(1), Interrupted{1, 1}, Restored{1, 1}, Received{1, 1, "late"}, MemberTyping{1, 1},
			Sent{1, state.lastMessage}, Delivered{1, []int{state.lastMessage}}, SendFailed{1, state.lastMessage},
			Ended{Search: 1, Reason: p2p.ReasonClosed},
		} {
			got, effects := Update(state, event)
			if !reflect.DeepEqual(got, state) || effects != nil {
				t.Errorf("%#v: state %+v and effects %v, want no change", event, got, effects)
			}
		}
	}
}

func TestNextPartnerSeesNothingOfTheLastOne(t *testing.T) {
	t.Parallel()
	state, _ := after(talking(), Received{1, 1, "hi"}, Typed{"for you only"}, Next{})
	if len(state.Messages) != 0 || state.Draft != "" {
		t.Errorf("messages %v and draft %q, want none", state.Messages, state.Draft)
	}
	next, _ := after(state, met(2), Received{2, 1, "new"})
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

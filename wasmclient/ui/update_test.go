package ui

import (
	"reflect"
	"slices"
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
		{"NEXT after STOP", []Event{Start{}, Connected{Search: 1}, Received{1, "hi"}, Stop{}, Next{}}, []Effect{Find{Search: 3}, Focus{TargetPage}}},
		{"HOME", []Event{Start{}, Connected{Search: 1}, Ended{Search: 1}, Home{}}, []Effect{CountWaiting{}, Focus{TargetPage}}},
		{"STOP says why", []Event{Start{}, Stop{}}, []Effect{Leave{p2p.ByeStopped}, CountWaiting{}, Focus{TargetPage}}},
		{"STOP twice", []Event{Start{}, Stop{}, Stop{}}, nil},
		{"connected", []Event{Start{}, Connected{Search: 1}}, []Effect{Focus{TargetInput}}},
		{"connected unseen", []Event{Start{}, Tick{Visible: false}, Connected{Search: 1}}, []Effect{TellHidden{true}, Focus{TargetInput}}},
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
			waiting(1, 9), Connected{Search: 1}, Interrupted{1}, Restored{1}, Received{1, "late"}, PartnerTyping{1},
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

// conversing is a state in the chat of search 1 in which both have written.
func conversing() State {
	state, _ := after(talking(), Elapsed{time.Unix(1000, 0)}, Received{1, "hi"}, Typed{"hello"}, Send{})
	return state
}

func later(delay time.Duration) Elapsed { return Elapsed{time.Unix(1000, 0).Add(delay)} }

// TestLeavingAConversation wants NEXT, BLOCK and Esc pressed twice, soon enough, where there is
// something to lose.
func TestLeavingAConversation(t *testing.T) {
	t.Parallel()
	next := []Effect{Leave{p2p.ByeNext}, Find{Search: 2}, Focus{TargetPage}}
	blocked := []Effect{BlockPartner{1}, Leave{p2p.ByeNext}, CountWaiting{}, Focus{TargetPage}}
	nobodyWrote, _ := after(talking(), later(0))
	oneWrote, _ := after(nobodyWrote, Received{1, "hi"}, Received{1, "hi?"})
	ended, _ := after(conversing(), Ended{Search: 1})
	for _, test := range []struct {
		name   string
		state  State
		events []Event
		want   []Effect
		asked  Control
		hint   Text
	}{
		{"NEXT where nobody wrote", nobodyWrote, []Event{Next{}}, next, ControlNone, textCount},
		{"NEXT where one wrote", oneWrote, []Event{Next{}}, next, ControlNone, textCount},
		{"NEXT", conversing(), []Event{Next{}}, nil, ControlNext, TextNextAgain},
		{"NEXT twice", conversing(), []Event{Next{}, later(3999 * time.Millisecond), Next{}}, next, ControlNone, textCount},
		{"NEXT too late", conversing(), []Event{Next{}, later(4 * time.Second), Next{}}, nil, ControlNext, TextNextAgain},
		{"NEXT no longer meant", conversing(), []Event{Next{}, later(4 * time.Second)}, nil, ControlNone, textCount},
		{"NEXT after the end", ended, []Event{Next{}}, next[1:], ControlNone, textCount},
		{"NEXT asked, then the end", conversing(), []Event{Next{}, Ended{Search: 1}}, []Effect{Focus{TargetPage}}, ControlNone, textCount},
		{"NEXT asked, then STOP", conversing(), []Event{Next{}, Stop{}}, []Effect{Leave{p2p.ByeStopped}, CountWaiting{}, Focus{TargetPage}}, ControlNone, textCount},
		{"BLOCK", nobodyWrote, []Event{Block{}}, nil, ControlBlock, TextBlockAgain},
		{"BLOCK twice", nobodyWrote, []Event{Block{}, Block{}}, blocked, ControlNone, textCount},
		{"BLOCK three times", nobodyWrote, []Event{Block{}, Block{}, Block{}}, nil, ControlNone, textCount},
		{"BLOCK too late", nobodyWrote, []Event{Block{}, later(4 * time.Second), Block{}}, nil, ControlBlock, TextBlockAgain},
		{"NEXT, then BLOCK", conversing(), []Event{Next{}, Block{}}, nil, ControlBlock, TextBlockAgain},
		{"BLOCK after the end", ended, []Event{Block{}, Block{}}, append([]Effect{blocked[0]}, blocked[2:]...), ControlNone, textCount},
		{"BLOCK while searching", State{Phase: PhaseSearching}, []Event{Block{}, Block{}}, nil, ControlNone, textCount},
		{"Esc", conversing(), []Event{Escape{}}, nil, ControlNone, TextEscapeAgain},
		{"Esc twice", conversing(), []Event{Escape{}, later(1499 * time.Millisecond), Escape{}}, next, ControlNone, textCount},
		{"Esc too late", conversing(), []Event{Escape{}, later(1500 * time.Millisecond), Escape{}}, nil, ControlNone, TextEscapeAgain},
		{"Esc twice after the end", ended, []Event{Escape{}, Escape{}}, next[1:], ControlNone, textCount},
		{"Esc twice while searching", State{Phase: PhaseSearching}, []Event{Escape{}, Escape{}}, nil, ControlNone, textCount},
		{"Esc twice at the start", State{}, []Event{Escape{}, Escape{}}, nil, ControlNone, textCount},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, effects := after(test.state, test.events...)
			if !reflect.DeepEqual(effects, test.want) || state.Asked != test.asked {
				t.Errorf("effects %v, asked %v, want %v, %v", effects, state.Asked, test.want, test.asked)
			}
			want := ""
			if test.hint != textCount {
				want = test.hint.In(English)
			}
			if got := Present(state, English).Hint; got != want {
				t.Errorf("hint %q, want %q", got, want)
			}
		})
	}
}

// TestWhatWasNotSent follows a draft over the end of its chat. It is never sent by itself, nor
// is it in the draft of the next chat.
func TestWhatWasNotSent(t *testing.T) {
	t.Parallel()
	kept := []Event{Typed{"for you"}, Ended{Search: 1}, Next{}, Connected{Search: 2}}
	for _, test := range []struct {
		name        string
		events      []Event
		draft, kept string
	}{
		{"at the end", kept[:2], "for you", ""},
		{"while searching", kept[:3], "", "for you"},
		{"in the next chat", kept, "", "for you"},
		{"after NEXT by mistake", []Event{Typed{"for you"}, Next{}, Connected{Search: 2}}, "", "for you"},
		{"after STOP", []Event{Typed{"for you"}, Stop{}, Start{}, Connected{Search: 3}}, "", "for you"},
		{"used", append(slices.Clone(kept), Use{"for you"}), "for you", ""},
		{"used beside another text", append(slices.Clone(kept), Typed{"hello"}, Use{"for you"}), "hello for you", ""},
		{"another one used", append(slices.Clone(kept), Use{"opener"}), "opener", "for you"},
		{"not used until something is sent", append(slices.Clone(kept), Typed{"hello"}, Send{}), "", ""},
		{"the partner wrote first", append(slices.Clone(kept), Received{2, "hi"}), "", "for you"},
		{"the chat after that", append(slices.Clone(kept), Next{}, Connected{Search: 3}), "", "for you"},
		{"another one not sent", append(slices.Clone(kept), Typed{"new"}, Next{}, Connected{Search: 3}), "", "new"},
		{"blank", []Event{Typed{" \n"}, Next{}, Connected{Search: 2}}, "", ""},
		{"sent", []Event{Typed{"for you"}, Send{}, Next{}, Connected{Search: 2}}, "", ""},
		{"HOME", []Event{Typed{"for you"}, Ended{Search: 1}, Home{}, Start{}, Connected{Search: 3}}, "", ""},
		{"used too late", append(slices.Clone(kept), Ended{Search: 2}, Use{"for you"}), "", "for you"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, _ := after(talking(), test.events...)
			if state.Draft != test.draft || state.Kept != test.kept {
				t.Errorf("draft %q, kept %q, want %q, %q", state.Draft, state.Kept, test.draft, test.kept)
			}
			offered := slices.Contains(Present(state, English).Suggestions, Suggestion{test.kept, true})
			if want := test.kept != "" && state.Phase == PhaseConnected; offered != want {
				t.Errorf("offered: %t, want %t", offered, want)
			}
		})
	}
}

func TestCopiedIsSaid(t *testing.T) {
	t.Parallel()
	state, _ := after(talking(), later(0), Typed{"a"}, Ended{Search: 1}, Copied{})
	if got := Present(state, English).Hint; got != "Copied." {
		t.Errorf("hint %q", got)
	}
	state, _ = after(state, later(4*time.Second))
	if got := Present(state, English).Hint; got != "" {
		t.Errorf("hint %q, long after", got)
	}
}

func TestOpeners(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for luck := range 1000 {
		state, _ := after(State{}, Start{}, Connected{Search: 1, Luck: luck})
		suggested := Present(state, English).Suggestions
		different := make(map[string]bool)
		for _, opener := range suggested {
			different[opener.Text], seen[opener.Text] = true, true
		}
		if len(suggested) != 3 || len(different) != 3 {
			t.Fatalf("luck %d suggests %v, want three", luck, suggested)
		}
	}
	if len(seen) != len(openers) {
		t.Errorf("%d openers are suggested, want all %d", len(seen), len(openers))
	}
	for _, opener := range openers {
		if opener.en == "" || opener.ja == "" {
			t.Errorf("%q is not in both languages", opener)
		}
	}
	sent, _ := after(talking(), Typed{"hi"}, Send{})
	heard, _ := after(talking(), Received{1, "hi"})
	ended, _ := after(talking(), Ended{Search: 1})
	for _, state := range []State{{}, sent, heard, ended} {
		if got := Present(state, English).Suggestions; len(got) > 0 {
			t.Errorf("%v are suggested, want none", got)
		}
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

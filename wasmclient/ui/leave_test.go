package ui

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// conversing is a state in the chat of search 1 in which both have written.
func conversing() State {
	state, _ := after(talking(), Elapsed{time.Unix(1000, 0)}, Received{1, 1, "hi"}, Typed{"hello"}, Send{})
	return state
}

func later(delay time.Duration) Elapsed { return Elapsed{time.Unix(1000, 0).Add(delay)} }

// TestLeavingAConversation wants NEXT, BLOCK and Esc pressed twice, soon enough, where there is
// something to lose.
func TestLeavingAConversation(t *testing.T) {
	t.Parallel()
	next := []Effect{Leave{p2p.ByeNext}, Find{Search: 2, GroupSize: 2}, Focus{TargetPage}}
	blocked := []Effect{BlockPartner{1, 1}, Leave{p2p.ByeNext}, CountWaiting{}, Focus{TargetPage}}
	nobodyWrote, _ := after(talking(), later(0))
	oneWrote, _ := after(nobodyWrote, Received{1, 1, "hi"}, Received{1, 1, "hi?"})
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
	kept := []Event{Typed{"for you"}, Ended{Search: 1}, Next{}, met(2)}
	for _, test := range []struct {
		name        string
		events      []Event
		draft, kept string
	}{
		{"at the end", kept[:2], "for you", ""},
		{"while searching", kept[:3], "", "for you"},
		{"in the next chat", kept, "", "for you"},
		{"after NEXT by mistake", []Event{Typed{"for you"}, Next{}, met(2)}, "", "for you"},
		{"after STOP", []Event{Typed{"for you"}, Stop{}, Start{}, met(3)}, "", "for you"},
		{"used", append(slices.Clone(kept), Use{"for you"}), "for you", ""},
		{"used beside another text", append(slices.Clone(kept), Typed{"hello"}, Use{"for you"}), "hello for you", ""},
		{"another one used", append(slices.Clone(kept), Use{"opener"}), "opener", "for you"},
		{"not used until something is sent", append(slices.Clone(kept), Typed{"hello"}, Send{}), "", ""},
		{"the partner wrote first", append(slices.Clone(kept), Received{2, 1, "hi"}), "", "for you"},
		{"the chat after that", append(slices.Clone(kept), Next{}, met(3)), "", "for you"},
		{"another one not sent", append(slices.Clone(kept), Typed{"new"}, Next{}, met(3)), "", "new"},
		{"blank", []Event{Typed{" \n"}, Next{}, met(2)}, "", ""},
		{"sent", []Event{Typed{"for you"}, Send{}, Next{}, met(2)}, "", ""},
		{"HOME", []Event{Typed{"for you"}, Ended{Search: 1}, Home{}, Start{}, met(3)}, "", ""},
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
		state, _ := after(State{}, Start{}, Connected{Search: 1, Slots: partner, Luck: luck})
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
	heard, _ := after(talking(), Received{1, 1, "hi"})
	ended, _ := after(talking(), Ended{Search: 1})
	for _, state := range []State{{}, sent, heard, ended} {
		if got := Present(state, English).Suggestions; len(got) > 0 {
			t.Errorf("%v are suggested, want none", got)
		}
	}
}

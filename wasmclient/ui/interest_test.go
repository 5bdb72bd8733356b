package ui

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	chosen := []Event{Choose{"books"}, Choose{"music"}, Choose{"food"}}
	for _, test := range []struct {
		name   string
		events []Event
		want   []string
	}{
		{"in the order of choice", nil, []string{"books", "music", "food"}},
		{"taken back", []Event{Choose{"music"}}, []string{"books", "food"}},
		{"chosen anew", []Event{Choose{"books"}, Choose{"books"}}, []string{"music", "food", "books"}},
		{"unknown", []Event{Choose{"silence"}}, []string{"books", "music", "food"}},
		{"while searching", []Event{Start{}, Choose{"music"}}, []string{"books", "music", "food"}},
		{"in a chat", []Event{Start{}, met(1), Choose{"music"}}, []string{"books", "music", "food"}},
		{"kept over NEXT", []Event{Start{}, met(1), Next{}}, []string{"books", "music", "food"}},
		{"kept over STOP, and changed", []Event{Start{}, Stop{}, Choose{"travel"}}, []string{"books", "music", "food", "travel"}},
		{"kept in the cache of the browser", []Event{Start{}, PageHidden{}, PageRestored{}}, []string{"books", "music", "food"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, _ := after(State{}, append(slices.Clone(chosen), test.events...)...)
			if !slices.Equal(state.Interests, test.want) {
				t.Errorf("interests %v, want %v", state.Interests, test.want)
			}
		})
	}
}

func TestOwnInterests(t *testing.T) {
	t.Parallel()
	eight := []Event{Choose{"books"}, Choose{"music"}, Choose{"food"}, AddInterest{"a"}, AddInterest{"b"}, AddInterest{"c"}, AddInterest{"d"}, AddInterest{"e"}}
	for _, test := range []struct {
		name   string
		events []Event
		want   []string
	}{
		{"trimmed and in lower case", []Event{AddInterest{" Chess \t  Boxing\n"}}, []string{"chess boxing"}},
		{"blank", []Event{AddInterest{" \u3000\n"}}, nil},
		{"only what nobody sees", []Event{AddInterest{"\u202e\u200b\x00\xff"}}, nil},
		{"what nobody sees is left out", []Event{AddInterest{"a\u202eb\x00c"}}, []string{"a b c"}},
		{"the longest", []Event{AddInterest{strings.Repeat("x", MaxOwnInterest+1)}}, []string{strings.Repeat("x", MaxOwnInterest)}},
		{"the longest for the server", []Event{AddInterest{strings.Repeat("字", MaxOwnInterest)}}, []string{strings.Repeat("字", 18)}},
		{"cut after a space", []Event{AddInterest{strings.Repeat("x", MaxOwnInterest-1) + " y"}}, []string{strings.Repeat("x", MaxOwnInterest-1)}},
		{"twice", []Event{AddInterest{"chess"}, AddInterest{"CHESS"}}, []string{"chess"}},
		{"one that is offered", []Event{Choose{"music"}, AddInterest{"Music"}, AddInterest{"Films"}}, []string{"music", "films"}},
		{"removed", []Event{AddInterest{"chess"}, AddInterest{"go"}, Choose{"chess"}, Choose{"chess"}}, []string{"go"}},
		{"while searching", []Event{Start{}, AddInterest{"chess"}}, nil},
		{"kept over STOP", []Event{AddInterest{"chess"}, Start{}, Stop{}}, []string{"chess"}},
		{"eight and no more", append(slices.Clone(eight), AddInterest{"f"}, Choose{"travel"}), []string{"books", "music", "food", "a", "b", "c", "d", "e"}},
		{"another one of eight", append(slices.Clone(eight), Choose{"music"}, AddInterest{"f"}), []string{"books", "food", "a", "b", "c", "d", "e", "f"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, _ := after(State{}, test.events...)
			if !slices.Equal(state.Interests, test.want) {
				t.Errorf("interests %q, want %q", state.Interests, test.want)
			}
			if view := Present(state, English); view.Full != (len(test.want) == MaxInterests) {
				t.Errorf("full: %t", view.Full)
			}
		})
	}
	state, _ := after(State{}, eight...)
	if own := Present(state, English).Own; !slices.Equal(own, []string{"a", "b", "c", "d", "e"}) {
		t.Errorf("own interests %q", own)
	}
}

// TestWanted checks what the server is asked for, and that it accepts that.
func TestWanted(t *testing.T) {
	t.Parallel()
	nine := strings.Fields("a b c d e f g h i")
	for _, test := range []struct {
		chosen []string
		want   []string
	}{
		{nil, []string{"lang:ja"}},
		{nine[:1], []string{"lang:ja a", "a"}},
		{nine[:3], []string{"lang:ja a", "lang:ja b", "lang:ja c", "a", "b", "c"}},
		{nine[:5], []string{"lang:ja a", "lang:ja b", "lang:ja c", "lang:ja d", "lang:ja e", "a", "b", "c"}},
		{nine[:8], []string{"lang:ja a", "lang:ja b", "lang:ja c", "lang:ja d", "lang:ja e", "lang:ja f", "lang:ja g", "lang:ja h"}},
	} {
		got := wanted(test.chosen, Japanese)
		if !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, want %q", test.chosen, got, test.want)
		}
		for i, interest := range got {
			want := ""
			if len(test.chosen) > 0 {
				want = test.chosen[i%len(test.chosen)]
			}
			if human := withoutLanguage(interest); human != want {
				t.Errorf("%q is told as %q, want %q", interest, human, want)
			}
		}
	}
	for _, long := range []string{strings.Repeat("字", 100), strings.Repeat("x", 100), strings.Repeat("😀", 100)} {
		arrival := matchmaking.Arrival{RequestID: strings.Repeat("r", 22), Interests: wanted([]string{ownInterest(long)}, Japanese)}
		if _, err := arrival.Complete(); err != nil {
			t.Errorf("the server refuses %q: %v", arrival.Interests, err)
		}
	}
}

func TestChooseLeavesOlderStatesAlone(t *testing.T) {
	t.Parallel()
	before, _ := after(State{}, Choose{"books"}, Choose{"music"}, Choose{"food"})
	for _, interest := range []string{"books", "food", "games"} {
		if after(before, Choose{interest}); !slices.Equal(before.Interests, []string{"books", "music", "food"}) {
			t.Fatalf("after %s the older state has %v", interest, before.Interests)
		}
	}
}

func TestSearchAsksForTheInterests(t *testing.T) {
	t.Parallel()
	_, effects := after(State{}, Choose{"books"}, Choose{"music"}, Start{})
	if want := []Effect{Find{Search: 1, GroupSize: 2, Interests: []string{"books", "music"}}, Focus{TargetPage}}; !reflect.DeepEqual(effects, want) {
		t.Errorf("effects %v, want %v", effects, want)
	}
}

func TestCommonInterestInWords(t *testing.T) {
	t.Parallel()
	started, _ := after(State{}, Start{})
	chat := []Event{Connected{Search: 1, Slots: partner, Interest: "music"}, Received{1, 1, "hi"}}
	for _, test := range []struct {
		name     string
		events   []Event
		language Language
		want     string
	}{
		{"English", chat, English, "You both like music."},
		{"Japanese", chat, Japanese, "ふたりとも音楽が好きです。"},
		{"of another client's list", []Event{Connected{Search: 1, Slots: partner, Interest: "golf"}}, English, "You both like golf."},
		{"chance", []Event{Connected{Search: 1, Slots: partner, Interest: ""}}, English, ""},
		{"partner left", append(slices.Clone(chat), Ended{Search: 1, Reason: p2p.ReasonPeerLeft}), English, "You both like music."},
		{"stopped", append(slices.Clone(chat), Stop{}), English, "You both like music."},
		{"next", append(slices.Clone(chat), Next{}), English, ""},
		{"next partner", append(slices.Clone(chat), Next{}, Connected{Search: 2, Slots: partner, Interest: ""}), English, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, _ := after(started, test.events...)
			if got := Present(state, test.language).Common; got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestEveryInterestCanBeAskedFor(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, interest := range Interests {
		if interest.ID == "" || seen[interest.ID] {
			t.Errorf("interest %q is empty or there twice", interest.ID)
		}
		seen[interest.ID] = true
	}
	if len(Interests) > MaxInterests || MaxInterests != matchmaking.MaxInterests {
		t.Errorf("%d interests, and the server takes %d", len(Interests), matchmaking.MaxInterests)
	}
}

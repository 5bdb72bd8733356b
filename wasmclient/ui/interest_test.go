package ui

import (
	"reflect"
	"slices"
	"testing"

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
		{"in a chat", []Event{Start{}, Connected{Search: 1}, Choose{"music"}}, []string{"books", "music", "food"}},
		{"kept over NEXT", []Event{Start{}, Connected{Search: 1}, Next{}}, []string{"books", "music", "food"}},
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
	if want := []Effect{Find{Search: 1, Interests: []string{"books", "music"}}, Focus{TargetPage}}; !reflect.DeepEqual(effects, want) {
		t.Errorf("effects %v, want %v", effects, want)
	}
}

func TestCommonInterestInWords(t *testing.T) {
	t.Parallel()
	started, _ := after(State{}, Start{})
	chat := []Event{Connected{1, "music"}, Received{1, "hi"}}
	for _, test := range []struct {
		name     string
		events   []Event
		language Language
		want     string
	}{
		{"English", chat, English, "You both like music."},
		{"Japanese", chat, Japanese, "ふたりとも音楽が好きです。"},
		{"of another client's list", []Event{Connected{1, "golf"}}, English, "You both like golf."},
		{"chance", []Event{Connected{1, ""}}, English, ""},
		{"partner left", append(slices.Clone(chat), Ended{Search: 1, Reason: p2p.ReasonPeerLeft}), English, "You both like music."},
		{"stopped", append(slices.Clone(chat), Stop{}), English, "You both like music."},
		{"next", append(slices.Clone(chat), Next{}), English, ""},
		{"next partner", append(slices.Clone(chat), Next{}, Connected{2, ""}), English, ""},
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
	if len(Interests) > 8 {
		t.Errorf("%d interests, and the server takes 8", len(Interests))
	}
}

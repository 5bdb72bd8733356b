package ui

import (
	"reflect"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

const link p2p.Invite = "abcdefghijklmnopqrstuvwxyz"

func TestInvite(t *testing.T) {
	t.Parallel()
	focus := Focus{TargetPage}
	find := func(search int) Effect { return Find{Search: search, GroupSize: 2, Invite: link} }
	waiting, _ := after(State{Interests: []string{"music"}}, Start{}, Progressed{1, p2p.Progress{Stage: p2p.StageWaiting, Waiting: 1}})
	came, _ := after(State{}, Invited{link})
	met, _ := after(came, Start{}, met(2))
	ended, _ := after(met, Ended{Search: 2, Reason: p2p.ReasonPeerLeft})
	for _, test := range []struct {
		name   string
		state  State
		events []Event
		want   []Effect
		kept   p2p.Invite
	}{
		{"at the start", State{}, []Event{Invite{link}}, []Effect{RememberInvite{link}, find(1), focus}, link},
		{"while alone", waiting, []Event{Invite{link}}, []Effect{Leave{p2p.ByeStopped}, RememberInvite{link}, find(2), focus}, link},
		{"in a chat", talking(), []Event{Invite{link}}, nil, ""},
		{"by link", State{}, []Event{Invited{link}, Start{}}, []Effect{find(2), focus}, link},
		{"another link in a chat", met, []Event{Invited{"other"}}, nil, link},
		{"NEXT in the chat", met, []Event{Next{}}, nil, link},
		{"Esc twice in the chat", met, []Event{Escape{}, Escape{}}, nil, link},
		{"START after it", ended, []Event{Start{}}, []Effect{find(3), focus}, link},
		{"HOME after it", ended, []Event{Home{}}, []Effect{CountWaiting{}, focus, RememberInvite{}}, ""},
		{"HOME before it", came, []Event{Home{}}, []Effect{CountWaiting{}, focus, RememberInvite{}}, ""},
		{"HOME without one", State{}, []Event{Home{}}, []Effect{CountWaiting{}, focus}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			state, effects := after(test.state, test.events...)
			if !reflect.DeepEqual(effects, test.want) || state.Invite != test.kept {
				t.Errorf("%v, and the invite %q, want %v and %q", effects, state.Invite, test.want, test.kept)
			}
		})
	}
}

func TestInviteInView(t *testing.T) {
	t.Parallel()
	alone := Progressed{1, p2p.Progress{Stage: p2p.StageWaiting, Waiting: 1}}
	failed := Ended{Search: 1, Reason: p2p.ReasonUnverified}
	for _, test := range []struct {
		name   string
		events []Event
		offers bool
		shown  p2p.Invite
		status Text
		common string
		start  bool
		next   bool
		home   bool
	}{
		{"start", nil, true, "", TextIdle, "", true, false, false},
		{"searching", []Event{Start{}}, false, "", TextSearching, "", false, false, false},
		{"alone", []Event{Start{}, alone}, true, "", TextWaitingAlone, "", false, false, false},
		{"invited", []Event{Invited{link}}, false, "", TextInvited, "", true, false, true},
		{"inviting", []Event{Invite{link}}, false, link, TextWaitingInvite, "", false, false, false},
		{"inviting alone", []Event{Invite{link}, alone}, false, link, TextWaitingInvite, "", false, false, false},
		{"connecting", []Event{Invite{link}, Progressed{1, p2p.Progress{Stage: p2p.StageConnecting}}}, false, "", TextConnecting, "", false, false, false},
		{"met", []Event{Invite{link}, met(1)}, false, "", TextConnected, TextVerified.In(English), false, false, false},
		{"left", []Event{Invite{link}, met(1), Ended{Search: 1, Reason: p2p.ReasonPeerLeft}}, false, "", TextPeerLeft, TextVerified.In(English), true, false, true},
		{"somebody else", []Event{Invite{link}, failed}, false, "", TextUnverified, "", true, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			state, _ := after(State{}, test.events...)
			view := Present(state, English)
			if view.OffersInvite != test.offers || view.Invite != test.shown || view.Status != test.status.In(English) || view.Common != test.common ||
				view.Start != test.start || view.Next != test.next || view.Home != test.home {
				t.Errorf("the view is %+v", view)
			}
		})
	}
}

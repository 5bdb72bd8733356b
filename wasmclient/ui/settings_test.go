package ui

import (
	"reflect"
	"testing"
	"time"
)

func TestSettingsAreRemembered(t *testing.T) {
	t.Parallel()
	for _, settings := range []Settings{{}, {Sound: true}, {Notify: true}, {true, true}} {
		if got := ParseSettings(settings.String()); got != settings {
			t.Errorf("%+v became %q and then %+v", settings, settings.String(), got)
		}
	}
	for text, want := range map[string]Settings{"{}": {}, "soundnotify": {}, "SOUND": {}, "new sound\n": {Sound: true}, "\xff notify": {Notify: true}} {
		if got := ParseSettings(text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	sound, notify, both := Settings{Sound: true}, Settings{Notify: true}, Settings{true, true}
	for _, test := range []struct {
		name    string
		events  []Event
		want    Settings
		refused bool
		effects []Effect
	}{
		{"remembered", []Event{Remembered{both}}, both, false, nil},
		{"a sound", []Event{SetSound{true}}, sound, false, []Effect{RememberSettings{sound}, Alert{Ways: sound}}},
		{"no sound", []Event{Remembered{both}, SetSound{false}}, notify, false, []Effect{RememberSettings{notify}}},
		{"notifications, not allowed yet", []Event{SetNotify{true}}, Settings{}, false, []Effect{AskToNotify{}}},
		{"allowed", []Event{SetNotify{true}, NotifyAnswered{true}}, notify, false, []Effect{RememberSettings{notify}}},
		{"refused", []Event{SetNotify{true}, NotifyAnswered{false}}, Settings{}, true, []Effect{RememberSettings{}}},
		{"refused later", []Event{Remembered{both}, NotifyAnswered{false}}, sound, true, []Effect{RememberSettings{sound}}},
		{"asked again", []Event{NotifyAnswered{false}, SetNotify{true}}, Settings{}, false, []Effect{AskToNotify{}}},
		{"no notifications", []Event{Remembered{both}, SetNotify{false}}, sound, false, []Effect{RememberSettings{sound}}},
		{"kept over a search", []Event{Remembered{both}, Start{}}, both, false, []Effect{Find{Search: 1, GroupSize: 2}, Focus{TargetPage}}},
		{"kept over HOME", []Event{Remembered{both}, Start{}, Stop{}, Home{}}, both, false, []Effect{CountWaiting{}, Focus{TargetPage}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, effects := after(State{}, test.events...)
			view := Present(state, English)
			if view.Settings != test.want || (view.Refused != "") != test.refused || !reflect.DeepEqual(effects, test.effects) {
				t.Errorf("%+v, refused %q, effects %v; want %+v, %t, %v", view.Settings, view.Refused, effects, test.want, test.refused, test.effects)
			}
		})
	}
}

// TestAlerts wants somebody who does not see the page alerted, but not too often, and nobody else.
func TestAlerts(t *testing.T) {
	t.Parallel()
	both := Settings{true, true}
	hidden, _ := after(talking(), later(0), Remembered{both}, Tick{Visible: false})
	message := []Effect{Alert{both, TextNewMessage}}
	for _, test := range []struct {
		name   string
		state  State
		events []Event
		want   []Effect
	}{
		{"unseen", hidden, []Event{Received{1, 1, "secret"}}, message},
		{"seen", hidden, []Event{Tick{Visible: true}, Received{1, 1, "secret"}}, nil},
		{"off", hidden, []Event{Remembered{}, Received{1, 1, "secret"}}, nil},
		{"many", hidden, []Event{Received{1, 1, "secret"}, later(2999 * time.Millisecond), Received{1, 1, "secret"}}, nil},
		{"later", hidden, []Event{Received{1, 1, "secret"}, later(3 * time.Second), Received{1, 1, "secret"}}, message},
		{"of another search", hidden, []Event{Received{2, 1, "secret"}}, nil},
		{"typing", hidden, []Event{MemberTyping{1, 1}}, nil},
		{"a partner", State{}, []Event{Remembered{both}, Start{}, Tick{Visible: false}, met(1)}, []Effect{Alert{both, TextSomebody}, TellHidden{true}, Focus{TargetInput}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, effects := after(test.state, test.events...); !reflect.DeepEqual(effects, test.want) {
				t.Errorf("effects %v, want %v", effects, test.want)
			}
		})
	}
}

func TestUnreadInTheTitle(t *testing.T) {
	t.Parallel()
	hidden, _ := after(talking(), Tick{Visible: false}, Received{1, 1, "a"})
	many := hidden
	for range 200 {
		many, _ = Update(many, Received{1, 1, "b"})
	}
	for _, test := range []struct {
		name   string
		state  State
		events []Event
		want   string
	}{
		{"opened", State{}, nil, "WasmP2PChat"},
		{"seen", talking(), []Event{Received{1, 1, "a"}}, "WasmP2PChat"},
		{"unseen", hidden, nil, "(1) WasmP2PChat"},
		{"more", hidden, []Event{Received{1, 1, "b"}, Typed{"mine"}, Send{}, Tick{Visible: false}}, "(2) WasmP2PChat"},
		{"many", many, nil, "(99+) WasmP2PChat"},
		{"seen at last", hidden, []Event{Tick{Visible: true}}, "WasmP2PChat"},
		{"after the partner left", hidden, []Event{Ended{Search: 1}}, "(1) WasmP2PChat"},
		{"NEXT", hidden, []Event{Next{}}, "WasmP2PChat"},
	} {
		state, _ := after(test.state, test.events...)
		if got := Present(state, English).Title; got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestNewMessagesBelow(t *testing.T) {
	t.Parallel()
	up, _ := after(talking(), Received{1, 1, "a"}, Scrolled{false}, Received{1, 1, "b"}, Received{1, 1, "c"})
	for _, test := range []struct {
		name    string
		state   State
		events  []Event
		want    string
		effects []Effect
	}{
		{"at the end", talking(), []Event{Received{1, 1, "a"}}, "", nil},
		{"scrolled up, nothing new", talking(), []Event{Received{1, 1, "a"}, Scrolled{false}}, "", nil},
		{"scrolled up", up, nil, "2 new ↓", nil},
		{"still up", up, []Event{Scrolled{false}}, "2 new ↓", nil},
		{"scrolled down", up, []Event{Scrolled{true}}, "", nil},
		{"pressed", up, []Event{ToEnd{}}, "", []Effect{ScrollToEnd{}}},
		{"pressed, then another one", up, []Event{ToEnd{}, Received{1, 1, "d"}}, "", nil},
		{"one's own", up, []Event{Typed{"mine"}, Send{}}, "2 new ↓", []Effect{SendText{1, 4, "mine"}, Focus{TargetInput}}},
		{"after the partner left", up, []Event{Ended{Search: 1}}, "2 new ↓", []Effect{Focus{TargetPage}}},
		{"NEXT", up, []Event{Next{}}, "", []Effect{Leave{"next"}, Find{Search: 2, GroupSize: 2}, Focus{TargetPage}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state, effects := after(test.state, test.events...)
			if got := Present(state, English).New; got != test.want || !reflect.DeepEqual(effects, test.effects) {
				t.Errorf("%q, effects %v, want %q, %v", got, effects, test.want, test.effects)
			}
		})
	}
}

package ui

import "testing"

// TestSafetyCode shows the code of a chat without an invite, and says when it changes.
func TestSafetyCode(t *testing.T) {
	t.Parallel()
	first, second := Coded{1, string(make([]byte, 9))}, Coded{1, "another c"}
	for _, test := range []struct {
		name   string
		events []Event
		shown  bool
		note   string
	}{
		{"before the chat", []Event{Start{}, first}, false, ""},
		{"in the chat", []Event{Start{}, Connected{Search: 1}, first}, true, ""},
		{"the same again", []Event{Start{}, Connected{Search: 1}, first, first}, true, ""},
		{"another one", []Event{Start{}, Connected{Search: 1}, first, second}, true, TextCodeChanged.In(English)},
		{"and back", []Event{Start{}, Connected{Search: 1}, first, second, first}, true, TextCodeChanged.In(English)},
		{"of another chat", []Event{Start{}, Connected{Search: 1}, Coded{2, "123456789"}}, false, ""},
		{"after the chat", []Event{Start{}, Connected{Search: 1}, first, Ended{Search: 1}}, false, ""},
		{"by invite", []Event{Invite{link}, Connected{Search: 1}, first}, false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			state, _ := after(State{}, test.events...)
			view := Present(state, English)
			if (len(view.Code) == 12) != test.shown || !test.shown && view.Code != nil || view.CodeNote != test.note {
				t.Errorf("the code is %q, the note %q", view.Code, view.CodeNote)
			}
			if test.shown && test.note == "" && view.Code[0] != "⚓ anchor" {
				t.Errorf("the code is %q", view.Code)
			}
		})
	}
}

package ui

import "testing"

// TestSafetyCode shows the code of a chat without an invite, and says when it changes.
func TestSafetyCode(t *testing.T) {
	t.Parallel()
	first, second := Coded{1, 1, string(make([]byte, 9))}, Coded{1, 1, "another c"}
	for _, test := range []struct {
		name   string
		events []Event
		shown  bool
		note   string
	}{
		{"before the chat", []Event{Start{}, first}, false, ""},
		{"in the chat", []Event{Start{}, met(1), first}, true, ""},
		{"the same again", []Event{Start{}, met(1), first, first}, true, ""},
		{"another one", []Event{Start{}, met(1), first, second}, true, TextCodeChanged.In(English)},
		{"and back", []Event{Start{}, met(1), first, second, first}, true, TextCodeChanged.In(English)},
		{"of another chat", []Event{Start{}, met(1), Coded{2, 1, "123456789"}}, false, ""},
		{"after the chat", []Event{Start{}, met(1), first, Ended{Search: 1}}, false, ""},
		{"by invite", []Event{Invite{link}, met(1), first}, false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			state, _ := after(State{}, test.events...)
			view := Present(state, English)
			if (len(view.Codes) == 1 && len(view.Codes[0].Symbols) == 12 && view.Codes[0].Name == "") != test.shown || !test.shown && view.Codes != nil || view.CodeNote != test.note {
				t.Errorf("the codes are %q, the note %q", view.Codes, view.CodeNote)
			}
			if test.shown && test.note == "" && view.Codes[0].Symbols[0] != "⚓ anchor" {
				t.Errorf("the codes are %q", view.Codes)
			}
		})
	}
}

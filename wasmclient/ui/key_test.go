package ui

import "testing"

func TestKeySends(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		key  Key
		want bool
	}{
		{"Enter", Key{Key: "Enter", Code: 13}, true},
		{"Shift+Enter", Key{Key: "Enter", Code: 13, Shift: true}, false},
		{"Enter confirms a composition", Key{Key: "Enter", Code: 229, Composing: true}, false},
		{"Enter confirms a composition in Safari", Key{Key: "Enter", Code: 229}, false},
		{"a composition without a key code", Key{Key: "Enter", Code: 13, Composing: true}, false},
		{"a letter", Key{Key: "a", Code: 65}, false},
		{"an input method's key", Key{Key: "Process", Code: 229}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.key.Sends(); got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

func TestKeyEscapes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		key  Key
		want bool
	}{
		{"Esc", Key{Key: "Escape", Code: 27}, true},
		{"Esc held down", Key{Key: "Escape", Code: 27, Repeated: true}, false},
		{"Esc ends a composition", Key{Key: "Escape", Code: 229, Composing: true}, false},
		{"Esc ends a composition in Safari", Key{Key: "Escape", Code: 229}, false},
		{"Enter", Key{Key: "Enter", Code: 13}, false},
	} {
		if got := test.key.Escapes(); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

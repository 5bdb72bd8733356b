package ui

import "testing"

func TestEveryTextInBothLanguages(t *testing.T) {
	t.Parallel()
	for text := range textCount {
		english, japanese := text.In(English), text.In(Japanese)
		if english == "" || japanese == "" {
			t.Errorf("text %d: %q and %q", text, english, japanese)
		}
	}
}

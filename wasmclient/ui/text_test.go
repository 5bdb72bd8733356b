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

func TestChooseLanguage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		preferred []string
		want      Language
	}{
		{"Japanese", []string{"ja"}, Japanese},
		{"Japanese of Japan", []string{"ja-JP", "en"}, Japanese},
		{"any case", []string{"JA-jp"}, Japanese},
		{"English first", []string{"en-US", "ja"}, English},
		{"Japanese before English", []string{"fr", "ja", "en"}, Japanese},
		{"neither", []string{"fr", "de"}, English},
		{"Javanese", []string{"jav"}, English},
		{"none", nil, English},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := ChooseLanguage(test.preferred); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

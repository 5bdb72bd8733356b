package inside

import "testing"

func TestCaseOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"queued":{"waiting":1}}`:                    "queued",
		`{"cursor":"a\"{b","welcome":{"peers":[{}]}}`: "welcome",
		`{"list":[{"a":1}],"heartbeat":{}}`:           "heartbeat",
		`{"n":1}`:                                     "", `{}`: "", ``: "", `{"cut`: "", `{"cut\`: "", `]]}}`: "", `{{`: "",
	} {
		if got := caseOf(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func FuzzHostileJSON(f *testing.F) {
	f.Add(`{"a":[}{"`)
	f.Add(`]]]]{{{{`)
	f.Fuzz(func(t *testing.T, text string) {
		if got := caseOf(text); len(got) > len(text) {
			t.Errorf("case %q", got)
		}
	})
}

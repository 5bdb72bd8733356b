package inside

import (
	"bytes"
	"encoding/json"
	"testing"
)

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

func TestIndented(t *testing.T) {
	t.Parallel()
	text := `{"a":"x,{\":\\","b":[1,2,{"c":{}}],"d":[],"e":true}`
	var want bytes.Buffer
	if err := json.Indent(&want, []byte(text), "", "  "); err != nil {
		t.Fatal(err)
	}
	if got := indented(text); got != want.String() {
		t.Errorf("got\n%s\nwant\n%s", got, want.String())
	}
}

func FuzzHostileJSON(f *testing.F) {
	f.Add(`{"a":[}{"`)
	f.Add(`]]]]{{{{`)
	f.Fuzz(func(t *testing.T, text string) {
		if got := indented(text); len(got) > 40*len(text) {
			t.Errorf("%d letters of %d", len(got), len(text))
		}
		if got := caseOf(text); len(got) > len(text) {
			t.Errorf("case %q", got)
		}
	})
}

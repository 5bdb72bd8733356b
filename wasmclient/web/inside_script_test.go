package web_test

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/web"
)

// TestInsideScriptsHaveTheirWords checks that the texts exist that the scripts of the panel
// name, and the files that they import.
func TestInsideScriptsHaveTheirWords(t *testing.T) {
	t.Parallel()
	english, _ := bothLanguages(t)
	scripts, err := fs.Glob(web.Files(), "inside*.js")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts", err)
	}
	named := regexp.MustCompile(`(?:words\.text|part|action)\("([a-z-]+)"|\{ name: "([a-z-]+)"|from "\./([^"]+)"`)
	for _, script := range scripts {
		text, err := fs.ReadFile(web.Files(), script)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range named.FindAllStringSubmatch(string(text), -1) {
			if file := found[3]; file != "" {
				if _, err := fs.Stat(web.Files(), file); err != nil {
					t.Errorf("%s: %v", script, err)
				}
				continue
			}
			if _, known := english["data-text="+found[1]+found[2]]; !known {
				t.Errorf("%s: no words for %q", script, found[1]+found[2])
			}
		}
		for _, forbidden := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("} {
			if strings.Contains(string(text), forbidden) {
				t.Errorf("%s: what strangers write must stay text, and it has %s", script, forbidden)
			}
		}
	}
}

// TestRecordingHasWords checks that each step that the start page plays has words.
func TestRecordingHasWords(t *testing.T) {
	t.Parallel()
	english, _ := bothLanguages(t)
	text, err := fs.ReadFile(web.Files(), "inside.picture.json")
	if err != nil {
		t.Fatal(err)
	}
	var recording struct {
		Steps []struct{ Side, Key, Party string }
	}
	if err := json.Unmarshal(text, &recording); err != nil || len(recording.Steps) == 0 {
		t.Fatal("no steps", err)
	}
	for _, step := range recording.Steps {
		if _, known := english["data-key="+step.Key]; !known {
			general, _, _ := strings.Cut(step.Key, ".")
			if _, known := english["data-key="+general]; !known {
				t.Errorf("no words for %s", step.Key)
			}
		}
		if _, known := english["data-text="+step.Party]; !known {
			t.Errorf("no name for %s", step.Party)
		}
	}
}

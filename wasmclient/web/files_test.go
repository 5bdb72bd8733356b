package web

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestFilesInBothLanguages compares the words of files.js.
func TestFilesInBothLanguages(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("files.js")
	if err != nil {
		t.Fatal(err)
	}
	keys := func(language string) []string {
		_, block, found := strings.Cut(string(script), "\n    "+language+": {\n")
		block, _, ends := strings.Cut(block, "\n    },\n")
		if !found || !ends {
			t.Fatalf("files.js has no words in %s", language)
		}
		var keys []string
		for _, match := range regexp.MustCompile(`(\w+): ["\[(]`).FindAllStringSubmatch(block, -1) {
			keys = append(keys, match[1])
		}
		return keys
	}
	if english, japanese := keys("en"), keys("ja"); len(english) < 20 || !slices.Equal(english, japanese) {
		t.Errorf("%v\nin English, and in Japanese\n%v", english, japanese)
	}
}

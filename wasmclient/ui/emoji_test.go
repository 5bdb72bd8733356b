package ui

import (
	"strings"
	"testing"
)

func TestOnlyEmoji(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"":       false,
		" \n":    false,
		"a":      false,
		"1":      false,
		"12#":    false,
		"字":      false,
		"😀":      true,
		"😀😀😀":    true,
		"😀 😀\n😀": true,
		"😀😀😀😀":   false,
		"😀a":     false,
		"a😀":     false,
		"👋🏽":     true,
		"👋🏽👋🏽👋🏽": true,
		"👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦": true,
		"🏳️‍🌈":                               true,
		"👩‍❤️‍👨":                             true,
		"🇯🇵🇩🇪🇺🇳":                             true,
		"🇯🇵🇩🇪🇺🇳🇫🇷":                           false,
		"🇯":                                  false,
		"🏴󠁧󠁢󠁳󠁣󠁴󠁿":                            true,
		"1️⃣#️⃣*️⃣":                          true,
		"❤️":                                 true,
		"❤":                                  true,
		"⏰⌚⭐":                                true,
		"™️":                                 true,
		"™":                                  false,
		"a\ufe0f":                            false,
		"\u200d":                             false,
		"\ufe0f":                             false,
		"😀\u200d":                            true,
		"😀\u200da":                           false,
		"😀\u200d字":                           false,
		"🙂‍↔️":                               true,
		"\xff":                               false,
		"😀" + strings.Repeat("\u200d", 1000): false,
		strings.Repeat("😀", 100_000):         false,
	} {
		if got := onlyEmoji(text); got != want {
			t.Errorf("%.40q: %t, want %t", text, got, want)
		}
	}
}

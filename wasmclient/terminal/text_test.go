//go:build !js

package terminal

import (
	"strings"
	"testing"

	"github.com/rivo/uniseg"
)

func TestHarmless(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"plain", "a\tb é 👩‍👩‍👧", "a\tb é 👩‍👩‍👧"},
		{"escape", "\x1b[31mred", "\ufffd[31mred"},
		{"C1", "a\u009bb", "a\ufffdb"},
		{"line breaks", "a\r\nb", "a\ufffd\ufffdb"},
		{"direction", "a\u202eb\u2066c", "a\ufffdb\ufffdc"},
		{"separators", "a\u2028b\u2029c", "a\ufffdb\ufffdc"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := harmless(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"short", "hello", "ab: hello"},
		{"empty", "", "ab: "},
		{"words", "one two three four", "ab: one two\n    three\n    four"},
		{"a long word", "abcdefghijklm", "ab: abcdefgh\n    ijklm"},
		{"wide", "こんにちは", "ab: こんにち\n    は"},
		{"spaces that imitate a line", "x         > I agree", "ab: x\n    > I\n    agree"},
		{"spaces at the beginning", "             > I agree", "ab: > I\n    agree"},
		{"tab", "a\tb", "ab: a    b"},
		{"one character of several", "👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", "ab: 👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧\n    👩‍👩‍👧"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for row := range strings.SplitSeq(wrap("ab: ", test.text, 12), "\n") {
				if width := uniseg.StringWidth(row); width > 12 {
					t.Errorf("%d columns in %q", width, row)
				}
			}
			if got := wrap("ab: ", test.text, 12); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

//go:build !js

package terminal

import (
	"bufio"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
)

// edit lets a person press keys at an editor, each after the one before was processed, and
// returns the screen and the lines. A key "print TEXT" prints a line instead.
func edit(t *testing.T, width int, keys ...string) (shown string, entered []string) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		in, keyboard := io.Pipe()
		screen := newScreen(width)
		editor := newEditor(in, screen, func() int { return width })
		go func() {
			for {
				text, err := editor.read()
				if err != nil {
					return
				}
				entered = append(entered, text)
			}
		}()
		for _, key := range keys {
			synctest.Wait()
			if printed, is := strings.CutPrefix(key, "print "); is {
				editor.print(printed + "\n")
				continue
			}
			if _, err := io.WriteString(keyboard, key); err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		shown = screen.String()
		_ = keyboard.Close()
	})
	return shown, entered
}

const (
	left, right, up, down = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"
	home, end             = "\x1b[H", "\x1b[F"
)

func TestEditor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		keys  []string
		shown string
		lines []string
	}{
		{"a draft below what is printed", []string{"hel", "print ab: hi", "lo"}, "ab: hi\n> hello|", nil},
		{"a line", []string{"hello", "\r"}, "> hello\n> |", []string{"hello"}},
		{"wide characters", []string{"こんにちは", "print ab: hi", "\x7f", "\x7f", left, "x"}, "ab: hi\n> こんx|に", nil},
		{"several rows", []string{"aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "print ab: hi", "print ab: ho"}, "ab: hi\nab: ho\n> aaaaaaaaaaaaaaaaa\n  aaaaaaaaaaa|", nil},
		{"several wide rows", []string{"ああああああああああああ", "print ab: hi", "\x7f"}, "ab: hi\n> ああああああああ\n  あああ|", nil},
		{"in the middle of rows", []string{"aaaaaaaaaaaaaaaaaaaa", home, "print ab: hi", "b"}, "ab: hi\n> b|aaaaaaaaaaaaaaaa\n  aaaa", nil},
		{"a family is one character", []string{"👩‍👩‍👧é", left, left, right, "\x7f"}, "> |é", nil},
		{"words", []string{"one two three", "\x17", "\x01", "\x04"}, "> |ne two ", nil},
		{"kill", []string{"one two", left, left, left, "\x0b", "x", left, "\x15"}, "> |x", nil},
		{"history", []string{"one\r", "two\r", "dra", up, up, up, down, down, "ft"}, "> one\n> two\n> draft|", []string{"one", "two"}},
		{"delete", []string{"abc", home, "\x1b[3~", end, "d"}, "> bcd|", nil},
		{"unknown keys", []string{"a", "\x1b[15~", "\x1bOP", "\x00", "\x1b[200~", "b"}, "> ab|", nil},
		{"interrupt", []string{"draft", "\x03"}, "> draft|", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			shown, lines := edit(t, 20, test.keys...)
			if shown != test.shown {
				t.Errorf("shown:\n%s\nwant:\n%s", shown, test.shown)
			}
			if strings.Join(lines, "\n") != strings.Join(test.lines, "\n") {
				t.Errorf("entered %q, want %q", lines, test.lines)
			}
		})
	}
}

// TestAnyKeys presses random keys at a narrow terminal. All that was printed and entered
// must be there, and the draft below it.
func TestAnyKeys(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	pool := []string{"a", "bc ", "猫", "é", "👩‍👩‍👧", left, right, up, down, home, end, "\x7f", "\x17", "\x0b", "\x15", "\x1b[3~", "\r", "print ab: 猫猫", "print xyz"}
	for range 50 {
		var keys, printed []string
		for range 100 {
			key := pool[random.IntN(len(pool))]
			keys = append(keys, key)
			if text, is := strings.CutPrefix(key, "print "); is {
				printed = append(printed, text)
			}
		}
		shown, _ := edit(t, 9, keys...)
		var got []string
		for row := range strings.SplitSeq(shown, "\n") {
			if row == "ab: 猫猫" || row == "xyz" {
				got = append(got, row)
			}
		}
		if strings.Join(got, "\n") != strings.Join(printed, "\n") || strings.Count(shown, "|") != 1 {
			t.Fatalf("printed %q, shown\n%s", printed, shown)
		}
	}
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte("hello\x1b[D\x7f\r\x1b[200~猫"))
	f.Fuzz(func(t *testing.T, keys []byte) {
		editor := newEditor(strings.NewReader(string(keys)), io.Discard, func() int { return 10 })
		for range len(keys) + 1 {
			text, err := editor.read()
			if strings.ContainsFunc(text, isHarmful) {
				t.Fatalf("entered %q", text)
			}
			if err != nil {
				return
			}
		}
		t.Error("no end")
	})
}

func TestReadKeyOfAHugeSequence(t *testing.T) {
	t.Parallel()
	in := bufio.NewReader(strings.NewReader("\x1b[" + strings.Repeat("1", 1000) + "~"))
	for {
		if _, err := readKey(in); errors.Is(err, io.EOF) {
			return
		}
	}
}

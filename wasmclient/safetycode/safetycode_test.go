package safetycode

import (
	"slices"
	"testing"
)

func TestOf(t *testing.T) {
	got := Of([]byte{0b000000_00, 0b0001_1111, 0b11_000010})
	want := []Symbol{{"⚓", "anchor", "いかり"}, {"🎈", "balloon", "風船"}, {"🪟", "window", "窓"}, {"🍌", "banana", "バナナ"}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for length, count := range []int{0, 1, 2, 4, 5, 6, 8, 9, 10, 12} {
		if got := Of(make([]byte, length)); len(got) != count {
			t.Errorf("%d bytes are %d symbols, want %d", length, len(got), count)
		}
	}
}

// TestSymbols fails if two codes could look or sound alike.
func TestSymbols(t *testing.T) {
	seen := map[string]bool{}
	for number := range 64 {
		symbol := Of([]byte{byte(number << 2)})[0]
		for _, name := range []string{symbol.Emoji, symbol.English, symbol.Japanese} {
			if name == "" || seen[name] {
				t.Errorf("symbol %d, %v, is not told apart", number, symbol)
			}
			seen[name] = true
		}
	}
}

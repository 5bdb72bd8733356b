package room

import "testing"

// TestPositions asks an inbox from which positions a stream can go on: its
// signals 1 and 2 are trimmed, 3 to 10 are there.
func TestPositions(t *testing.T) {
	t.Parallel()
	m := Member{
		Resynced: []Instant{0, 20},
		Inbox: Inbox{
			Top: 10, Trimmed: 2, TrimmedStamp: 5,
			Batches: []Batch{{Offset: 3, Sizes: []int{1, 1}, Stamp: 7}, {Offset: 5, Sizes: make([]int, 6), Stamp: 9}},
		},
	}
	for _, test := range []struct {
		name                 string
		position             Position
		honoured, remembered bool
	}{
		{"the beginning, of which something is trimmed", Position{}, false, true},
		{"inside what is trimmed", Position{Offset: 1, Stamp: 5}, false, true},
		{"the end of what is trimmed", Position{Offset: 2, Stamp: 5}, true, true},
		{"another signal in the place of the one trimmed", Position{Offset: 2, Stamp: 4}, false, false},
		{"inside a batch", Position{Offset: 6, Stamp: 9}, true, true},
		{"the last signal", Position{Offset: 10, Stamp: 9, Resync: 20}, true, true},
		{"another signal in the place of the one lost", Position{Offset: 6, Stamp: 8}, false, false},
		{"a signal that is lost", Position{Offset: 11, Stamp: 10}, false, false},
		{"a resync that is lost", Position{Offset: 10, Stamp: 9, Resync: 21}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := m.honours(test.position); got != test.honoured {
				t.Errorf("honoured: %t, want %t", got, test.honoured)
			}
			if got := m.remembers(test.position); got != test.remembered {
				t.Errorf("remembered: %t, want %t", got, test.remembered)
			}
		})
	}
}

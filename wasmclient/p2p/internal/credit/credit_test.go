package credit

import (
	"math/rand/v2"
	"testing"
)

func TestSending(t *testing.T) {
	t.Parallel()
	s := New()
	if !s.Take(early) || s.Take(1) {
		t.Error("a little may be sent before the peer has said anything")
	}
	s.Grant(early + 10)
	<-s.Changed()
	if s.Unlimited() || s.Take(11) || !s.Take(10) || s.Take(1) {
		t.Error("the credit is not what the peer gave")
	}
	s.Without()
	s.Grant(5)
	if s.Take(1) {
		t.Error("credit was lost, or taken back")
	}
	s.Add(100)
	s.Grant(early + 110)
	if s.Take(1) {
		t.Error("what is sent in any case does not count")
	}
	s.Grant(early + 111)
	if !s.Take(1) {
		t.Error("new credit is not used")
	}
}

func TestPeersWithoutCredit(t *testing.T) {
	t.Parallel()
	s := New()
	s.Without()
	if !s.Unlimited() {
		t.Error("a peer without credit looks as if it gave some")
	}
	for range 100 {
		if !s.Take(1 << 20) {
			t.Fatal("a peer that gives no credit limits the sender")
		}
	}
	s.Grant(1)
	if s.Take(1) {
		t.Error("credit that comes late is ignored")
	}
}

// TestAFullReaderSpeaks has unread messages of an earlier channel: the sender must hear
// that it will be told.
func TestAFullReaderSpeaks(t *testing.T) {
	t.Parallel()
	var r Receiving
	if total, due := r.Grant(2*first, 2*first); total != 0 || !due {
		t.Errorf("%d, %v, want 0 and true", total, due)
	}
	if total, due := r.Grant(2*first, first+1); due {
		t.Errorf("%d: it says the same twice", total)
	}
	if total, due := r.Grant(2*first, first/2); total != first/2 || !due {
		t.Errorf("%d, %v, want %d and true", total, due, first/2)
	}
}

// TestWindow lets a sender use all of its credit again and again, and a reader that keeps
// up read all, or one that does not read half of it.
func TestWindow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		unread func(received int) int
		want   []int // the credit of each turn
	}{
		{"keeps up", func(int) int { return 0 }, []int{first, 2 * first, 4 * first, 4 * first}},
		{"is slow", func(received int) int { return received / 2 }, []int{first, first / 2, first / 2, first / 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var r Receiving
			sent := uint64(0)
			total, _ := r.Grant(4*first, 0)
			for turn, want := range test.want {
				given := int(total - sent)
				if given != want {
					t.Errorf("turn %d: credit for %d bytes, want %d", turn, given, want)
				}
				if !r.Received(given) {
					t.Errorf("turn %d: the sender has not waited", turn)
				}
				sent = total
				var due bool
				if total, due = r.Grant(4*first, test.unread(first)); !due {
					t.Errorf("turn %d: the sender is not told", turn)
				}
			}
			if r.Received(int(total-sent) + 1) {
				t.Error("the sender seems to have waited")
			}
		})
	}
}

// TestEveryMessageFitsInTheEnd lets the sender send messages of any size, and the reader
// read in any order of turns: it never stops for good.
func TestEveryMessageFitsInTheEnd(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	s, r := New(), new(Receiving)
	var unread []int
	bytes := 0
	grant := func() {
		if total, due := r.Grant(4*first, bytes); due {
			s.Grant(total)
		}
	}
	grant()
	for turn := range 100_000 {
		size := 1 + random.IntN(1<<random.IntN(17))
		size = min(size, 64<<10)
		for !s.Take(size) {
			if len(unread) == 0 {
				t.Fatalf("seed %d, turn %d: all is read, and %d bytes do not fit", seed, turn, size)
			}
			bytes -= unread[0]
			unread = unread[1:]
			grant()
		}
		if !r.Received(size) {
			t.Fatalf("seed %d, turn %d: more is sent than granted", seed, turn)
		}
		unread, bytes = append(unread, size), bytes+size
		if bytes > 4*first {
			t.Fatalf("seed %d, turn %d: %d bytes are unread", seed, turn, bytes)
		}
	}
}

package signalingtest

import (
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

var resumeCases = []testCase{
	{"a cursor is honoured: nothing is lost, nothing comes twice", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[1])
		send(t, s, passes[0], 1, 1, numbered(1, 3))
		receive(t, in, 0, 1, 3)
		in.Close()
		send(t, s, passes[0], 1, 4, numbered(4, 3))
		again := join(t, s, passes[1], in.cursor, 1)
		if !next[signaling.Welcome](t, again).Resumed {
			t.Error("not resumed")
		}
		receive(t, again, 0, 4, 3)
		quiet(t, again)
	}},
	{"what was on its way comes again", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[1])
		before := in.cursor
		send(t, s, passes[0], 1, 1, numbered(1, 3))
		receive(t, in, 0, 1, 3) // by the server's lights; the client never got it
		in.Close()
		again := join(t, s, passes[1], before, 1)
		next[signaling.Welcome](t, again)
		receive(t, again, 0, 1, 3)
	}},
	{"without a cursor everything stored comes again", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[1])
		send(t, s, passes[0], 1, 1, numbered(1, 3))
		receive(t, in, 0, 1, 3)
		again := join(t, s, passes[1], "", 1)
		if next[signaling.Welcome](t, again).Resumed {
			t.Error("resumed from nowhere")
		}
		receive(t, again, 0, 1, 3)
	}},
	{"a cursor of another life is not honoured, and the others are told", func(t *testing.T, s Subject) {
		for _, cursor := range []string{"rubbish", "another.life.0", "\x00", "A.99.0"} {
			passes := s.passes(2)
			other := enter(t, s, passes[0])
			in := join(t, s, passes[1], cursor, 0)
			if next[signaling.Welcome](t, in).Resumed {
				t.Errorf("resumed from %q", cursor)
			}
			next[signaling.PeerJoined](t, other)
			if got := next[signaling.PeerResynced](t, other).Slot; got != 1 {
				t.Errorf("slot %d resynced, want 1", got)
			}
		}
	}},
	{"a cursor of another member is not honoured", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		other, in := enter(t, s, passes[0]), enter(t, s, passes[1])
		send(t, s, passes[0], 1, 1, numbered(1, 3))
		receive(t, in, 0, 1, 3)
		send(t, s, passes[1], 0, 1, numbered(1, 3))
		again := join(t, s, passes[0], in.cursor, 1)
		if next[signaling.Welcome](t, again).Resumed {
			t.Error("resumed")
		}
		receive(t, again, 1, 1, 3)
		next[signaling.Detached](t, other)
	}},
	{"a cursor before what was trimmed is a resync, never a silent gap", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		other, in := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, other)
		before := in.cursor
		send(t, s, passes[0], 1, 1, numbered(1, signaling.MaxSignals))
		receive(t, in, 0, 1, signaling.MaxSignals)
		send(t, s, passes[0], 1, signaling.MaxSignals+1, numbered(signaling.MaxSignals+1, 1))
		again := join(t, s, passes[1], before, 1)
		if next[signaling.Welcome](t, again).Resumed {
			t.Error("resumed over a gap")
		}
		receive(t, again, 0, signaling.MaxSignals+1, 1)
		next[signaling.PeerResynced](t, other)
	}},
	{"a resync told to a stream that broke is told again", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		other := enter(t, s, passes[0])
		enter(t, s, passes[1])
		next[signaling.PeerJoined](t, other)
		before := other.cursor
		join(t, s, passes[1], "rubbish", 1)
		next[signaling.PeerResynced](t, other)
		again := join(t, s, passes[0], before, 1)
		if !next[signaling.Welcome](t, again).Resumed {
			t.Error("not resumed")
		}
		next[signaling.PeerResynced](t, again)
	}},
}

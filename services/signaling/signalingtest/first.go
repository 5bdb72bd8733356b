package signalingtest

import (
	"errors"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// bring joins with first signals for one peer.
func bring(t *testing.T, s Subject, pass signaling.Pass, attempt uint32, to int, firstSeq uint64, signals []signaling.Signal) *stream {
	t.Helper()
	watch, err := s.Engine.Join(t.Context(), pass, signaling.Entry{Attempt: attempt, First: []signaling.Batch{
		{PeerID: peerID(pass, to), FirstSeq: firstSeq, Signals: signals},
	}})
	if err != nil {
		t.Fatalf("join: %v", err)
	}
	t.Cleanup(watch.Close)
	return &stream{Watch: watch}
}

// checkStored fails unless the stream is welcomed, and so many signals to its
// only peer are stored.
func checkStored(t *testing.T, in *stream, want uint64) {
	t.Helper()
	if got := next[signaling.Welcome](t, in).Peers[0].LastStored; got != want {
		t.Errorf("stored up to %d, want %d", got, want)
	}
}

var firstCases = []testCase{
	{"first signals are stored, and the welcome says so", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		checkStored(t, bring(t, s, passes[1], 0, 0, 1, numbered(1, 3)), 3)
		next[signaling.PeerJoined](t, in)
		receive(t, in, 1, 1, 3)
	}},
	{"first signals wait for a peer that has not joined", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		checkStored(t, bring(t, s, passes[1], 0, 0, 1, numbered(1, 2)), 2)
		receive(t, enter(t, s, passes[0]), 1, 1, 2)
	}},
	{"the same join again stores nothing twice", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		checkStored(t, bring(t, s, passes[1], 0, 0, 1, numbered(1, 2)), 2)
		checkStored(t, bring(t, s, passes[1], 1, 0, 1, numbered(1, 3)), 3)
		next[signaling.PeerJoined](t, in)
		receive(t, in, 1, 1, 3)
		quiet(t, in)
	}},
	{"first signals after a gap are not stored", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		checkStored(t, bring(t, s, passes[1], 0, 0, 2, numbered(2, 1)), 0)
	}},
	{"first signals that do not fit are not stored, and the member has joined", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		send(t, s, passes[1], 0, 1, numbered(1, signaling.MaxSignals))
		checkStored(t, bring(t, s, passes[1], 0, 0, signaling.MaxSignals+1, numbered(signaling.MaxSignals+1, 1)), signaling.MaxSignals)
	}},
	{"first signals of a lower attempt are not stored", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		next[signaling.Welcome](t, join(t, s, passes[1], "", 2))
		next[signaling.Detached](t, bring(t, s, passes[1], 1, 0, 1, numbered(1, 1)))
		next[signaling.PeerJoined](t, in)
		quiet(t, in)
	}},
	{"first signals for nobody refuse the join", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		for _, peer := range []string{"", "nobody", peerID(passes[1], 1)} {
			_, err := s.Engine.Join(t.Context(), passes[1], signaling.Entry{First: []signaling.Batch{
				{PeerID: peerID(passes[1], 0), FirstSeq: 1, Signals: numbered(1, 1)}, {PeerID: peer, FirstSeq: 1, Signals: numbered(1, 1)},
			}})
			if !errors.Is(err, signaling.ErrPeerNotFound) {
				t.Errorf("first signals for %q: error %v, want ErrPeerNotFound", peer, err)
			}
		}
		quiet(t, in)
	}},
	{"one report confirms the pair when the peer vouches", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, first)
		confirmed, err := s.Engine.Report(t.Context(), passes[0], peerID(passes[0], 1), signaling.Outcome{Connected: true, Vouched: true})
		if err != nil || !confirmed {
			t.Fatalf("confirmed %t, %v, want true", confirmed, err)
		}
		next[signaling.PairConfirmed](t, first)
		next[signaling.PairConfirmed](t, second)
		if !report(t, s, passes[1], 0, true) {
			t.Error("the peer's own report afterwards does not find the pair confirmed")
		}
	}},
}

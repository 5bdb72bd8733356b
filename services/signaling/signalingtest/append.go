package signalingtest

import (
	"errors"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

var appendCases = []testCase{
	{"signals wait for a peer that has not joined", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		if got := send(t, s, passes[0], 1, 1, numbered(1, 3)); got != 3 {
			t.Errorf("stored up to %d, want 3", got)
		}
		receive(t, enter(t, s, passes[1]), 0, 1, 3)
	}},
	{"the same again stores nothing, an overlap what is new", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[1])
		for range 2 {
			if got := send(t, s, passes[0], 1, 1, numbered(1, 3)); got != 3 {
				t.Errorf("stored up to %d, want 3", got)
			}
		}
		if got := send(t, s, passes[0], 1, 2, numbered(2, 4)); got != 5 {
			t.Errorf("stored up to %d, want 5", got)
		}
		receive(t, in, 0, 1, 5)
		quiet(t, in)
	}},
	{"a gap stores nothing and says where to go on", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[1])
		send(t, s, passes[0], 1, 1, numbered(1, 2))
		if got := send(t, s, passes[0], 1, 4, numbered(4, 2)); got != 2 {
			t.Errorf("stored up to %d, want 2", got)
		}
		receive(t, in, 0, 1, 2)
		quiet(t, in)
	}},
	{"a huge seq is a gap", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		if got := send(t, s, passes[0], 1, ^uint64(0), numbered(1, 2)); got != 0 {
			t.Errorf("stored up to %d, want 0", got)
		}
	}},
	{"each sender has its own seq", func(t *testing.T, s Subject) {
		passes := s.passes(3)
		send(t, s, passes[0], 2, 1, numbered(1, 2))
		send(t, s, passes[1], 2, 1, numbered(1, 1))
		send(t, s, passes[0], 2, 3, numbered(3, 1))
		in := join(t, s, passes[2], "", 0)
		next[signaling.Welcome](t, in)
		receive(t, in, 0, 1, 2)
		receive(t, in, 1, 1, 1)
		receive(t, in, 0, 3, 1)
	}},
	{"the welcome tells the sender how far it came", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		send(t, s, passes[0], 1, 1, numbered(1, 7))
		if got := next[signaling.Welcome](t, join(t, s, passes[0], "", 0)).Peers[0].LastStored; got != 7 {
			t.Errorf("last stored %d, want 7", got)
		}
	}},
	{"an inbox holds so many signals", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		send(t, s, passes[0], 1, 1, numbered(1, signaling.MaxSignals))
		next := uint64(signaling.MaxSignals + 1)
		if last, err := s.Engine.Append(t.Context(), passes[0], peerID(passes[0], 1), next, numbered(1, 1)); !errors.Is(err, signaling.ErrInboxFull) || last != signaling.MaxSignals {
			t.Errorf("stored up to %d, error %v, want ErrInboxFull", last, err)
		}
		in := enter(t, s, passes[1])
		receive(t, in, 0, 1, signaling.MaxSignals)
		send(t, s, passes[0], 1, next, numbered(signaling.MaxSignals+1, 1))
		receive(t, in, 0, signaling.MaxSignals+1, 1)
	}},
	{"a member sends another so much at once, and then so much a second", func(t *testing.T, s Subject) {
		passes := s.passes(3)
		in := enter(t, s, passes[1])
		sent := 0
		for ; sent < signaling.MaxBurst; sent += signaling.MaxSignals / 2 {
			send(t, s, passes[0], 1, uint64(sent+1), numbered(sent+1, signaling.MaxSignals/2))
			receive(t, in, 0, sent+1, signaling.MaxSignals/2)
		}
		tooFast(t, s, passes[0], 1, sent)
		send(t, s, passes[0], 2, 1, numbered(1, 1)) // another one
		s.Advance(signaling.SignalEvery)
		offer := []signaling.Signal{{Payload: signaling.Description{Type: signaling.Offer}}}
		send(t, s, passes[0], 1, uint64(sent+1), offer)
		s.Advance((signaling.DescriptionCost - 1) * signaling.SignalEvery)
		tooFast(t, s, passes[0], 1, sent+1)
		s.Advance(signaling.SignalEvery)
		send(t, s, passes[0], 1, uint64(sent+2), numbered(sent+2, 1))
	}},
	{"an inbox holds so many bytes", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		offer := signaling.Signal{Payload: signaling.Description{Type: signaling.Offer, SDP: "v=0"}}
		offer.Payload = signaling.Description{Type: signaling.Offer, SDP: "v=0" + strings.Repeat("x", signaling.MaxBytes/6-offer.Size())}
		stored := uint64(0)
		var err error
		for err == nil {
			var last uint64
			last, err = s.Engine.Append(t.Context(), passes[0], peerID(passes[0], 1), stored+1, []signaling.Signal{offer})
			if err == nil && last != stored+1 {
				t.Fatalf("stored up to %d, want %d", last, stored+1)
			}
			stored = last
		}
		if fits := uint64(signaling.MaxBytes / offer.Size()); !errors.Is(err, signaling.ErrInboxFull) || stored != fits {
			t.Errorf("%d of %d stored, error %v, want ErrInboxFull", stored, fits, err)
		}
	}},
}

// tooFast fails unless the sender must wait, and nothing is stored.
func tooFast(t *testing.T, s Subject, pass signaling.Pass, to, stored int) {
	t.Helper()
	last, err := s.Engine.Append(t.Context(), pass, peerID(pass, to), uint64(stored+1), numbered(stored+1, 1)) //nolint:gosec // tests count to hundreds
	if last != uint64(stored) || !errors.Is(err, signaling.ErrTooFast) {                                       //nolint:gosec // as above
		t.Errorf("stored up to %d, error %v, want %d and ErrTooFast", last, err, stored)
	}
}

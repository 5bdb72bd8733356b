package signalingtest

import (
	"errors"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// unread is the size of one signal of numbered.
var unread = signaling.Signal{Payload: signaling.Renegotiate{}}.Size()

var boundsCases = []testCase{
	{"an engine holds so many rooms, until one is forgotten", func(t *testing.T, s Subject) {
		s = s.Restart(signaling.Limits{MaxRooms: 1})
		in, other := enter(t, s, s.passes(2)[0]), s.passes(2)
		_, join := s.Engine.Join(t.Context(), other[0], signaling.Entry{})
		_, send := s.Engine.Append(t.Context(), other[0], peerID(other[0], 1), 1, numbered(1, 1))
		_, report := s.Engine.Report(t.Context(), other[0], peerID(other[0], 1), signaling.Outcome{Connected: true})
		for call, err := range map[string]error{
			"join": join, "append": send, "report": report, "leave": s.Engine.Leave(t.Context(), other[0]),
		} {
			if !errors.Is(err, signaling.ErrTooManyRooms) {
				t.Errorf("%s: %v, want ErrTooManyRooms", call, err)
			}
		}
		in.Close()
		s.Advance(signaling.Retention + signaling.AwayGrace + tick)
		enter(t, s, other[0])
	}},
	{"an owner has so many rooms, nobody any number", func(t *testing.T, s Subject) {
		s = s.Restart(signaling.Limits{MaxRoomsPerOwner: 1})
		first := ownedBy("one", s.passes(2))
		enter(t, s, first[0])
		enter(t, s, ownedBy("other", first)[1]) // no new room
		refused := ownedBy("one", s.passes(2))
		if _, err := s.Engine.Join(t.Context(), refused[0], signaling.Entry{}); !errors.Is(err, signaling.ErrTooManyRooms) {
			t.Errorf("join: %v, want ErrTooManyRooms", err)
		}
		enter(t, s, ownedBy("other", refused)[0])
		for range 3 {
			enter(t, s, s.passes(2)[0])
		}
		s.Advance(2*signaling.Retention + signaling.JoinTimeout)
		enter(t, s, ownedBy("one", s.passes(2))[0])
	}},
	{"an engine holds so many unread signals", func(t *testing.T, s Subject) {
		s = s.Restart(signaling.Limits{MaxBytes: 4 * unread})
		one, other := s.passes(2), s.passes(2)
		send(t, s, one[0], 1, 1, numbered(1, 3))
		tooMany(t, s, other[0], 1, 2)
		send(t, s, other[0], 1, 1, numbered(1, 1))
		tooMany(t, s, one[0], 4, 1)
		leave(t, s, other[0])
		send(t, s, one[0], 1, 4, numbered(4, 1))
	}},
	{"an owner has so many unread signals, nobody any number", func(t *testing.T, s Subject) {
		s = s.Restart(signaling.Limits{MaxBytesPerOwner: 2 * unread})
		one, other := ownedBy("one", s.passes(2)), ownedBy("one", s.passes(2))
		send(t, s, one[0], 1, 1, numbered(1, 2))
		tooMany(t, s, other[0], 1, 1)
		send(t, s, ownedBy("", other)[0], 1, 1, numbered(1, 5))
		send(t, s, ownedBy("other", other)[0], 1, 6, numbered(6, 2))
	}},
	{"what was received counts no more", func(t *testing.T, s Subject) {
		s = s.Restart(signaling.Limits{MaxBytes: 3 * unread})
		passes, other := s.passes(2), s.passes(2)
		in := enter(t, s, passes[1])
		send(t, s, passes[0], 1, 1, numbered(1, 3))
		receive(t, in, 0, 1, 3)
		send(t, s, passes[0], 1, 4, numbered(4, 2)) // makes room by what the stream was given
		receive(t, in, 0, 4, 2)
		tooMany(t, s, other[0], 1, 2)
		next[signaling.Welcome](t, join(t, s, passes[1], in.cursor, 1)) // says what it has
		send(t, s, other[0], 1, 1, numbered(1, 3))
	}},
	{"what a member will never read counts no more", func(t *testing.T, s Subject) {
		s = s.Restart(signaling.Limits{MaxBytes: 3 * unread})
		passes := s.passes(3)
		send(t, s, passes[0], 1, 1, numbered(1, 3))
		leave(t, s, passes[1])
		send(t, s, passes[0], 2, 1, numbered(1, 3))
		if got := send(t, s, passes[0], 1, 4, numbered(4, 1)); got != 4 {
			t.Errorf("stored up to %d for a member who left, want 4", got)
		}
	}},
	{"what was forgotten counts no more", func(t *testing.T, s Subject) {
		s = s.Restart(signaling.Limits{MaxBytes: 3 * unread})
		send(t, s, s.passes(2)[0], 1, 1, numbered(1, 3))
		s.Advance(signaling.Retention + tick)
		send(t, s, s.passes(2)[0], 1, 1, numbered(1, 3))
	}},
}

func ownedBy(owner string, passes []signaling.Pass) []signaling.Pass {
	owned := make([]signaling.Pass, 0, len(passes))
	for _, pass := range passes {
		pass.Owner = owner
		owned = append(owned, pass)
	}
	return owned
}

// tooMany fails unless the bounds are met and nothing is stored.
func tooMany(t *testing.T, s Subject, pass signaling.Pass, firstSeq, count int) {
	t.Helper()
	last, err := s.Engine.Append(t.Context(), pass, peerID(pass, 1), uint64(firstSeq), numbered(firstSeq, count)) //nolint:gosec // tests count to hundreds
	if last != uint64(firstSeq-1) || !errors.Is(err, signaling.ErrTooManySignals) {                               //nolint:gosec // as above
		t.Errorf("stored up to %d, error %v, want ErrTooManySignals", last, err)
	}
}

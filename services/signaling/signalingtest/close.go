package signalingtest

import (
	"errors"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

const tick = 100 * time.Millisecond

var closeCases = []testCase{
	{"a member that does not join in time is missing", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		s.Advance(signaling.JoinTimeout) // the clock starts with the first to join
		in := enter(t, s, passes[0])
		s.Advance(signaling.JoinTimeout - tick)
		quiet(t, in)
		s.Advance(2 * tick)
		checkClosed(t, in, signaling.ClosedPeerMissing)
		checkClosed(t, join(t, s, passes[1], "", 0), signaling.ClosedPeerMissing)
	}},
	{"nobody is missing in a room that was lost", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		s.Advance(signaling.RebornAfter + tick)
		in := enter(t, s, passes[0])
		s.Advance(2 * signaling.JoinTimeout)
		quiet(t, in)
	}},
	{"a pair that does not connect in time has failed", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, first)
		s.Advance(signaling.ConnectTimeout - tick)
		quiet(t, first)
		s.Advance(2 * tick)
		checkClosed(t, first, signaling.ClosedConnectFailed)
		checkClosed(t, second, signaling.ClosedConnectFailed)
	}},
	{"a reported failure closes the room", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, first)
		report(t, s, passes[0], 1, false)
		checkClosed(t, first, signaling.ClosedConnectFailed)
		checkClosed(t, second, signaling.ClosedConnectFailed)
	}},
	{"a failure reported after the pair was confirmed changes nothing", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		enter(t, s, passes[1])
		next[signaling.PeerJoined](t, in)
		report(t, s, passes[0], 1, true)
		report(t, s, passes[1], 0, true)
		if !report(t, s, passes[0], 1, false) {
			t.Error("no longer confirmed")
		}
		next[signaling.PairConfirmed](t, in)
		quiet(t, in)
	}},
	{"a member away for too long is lost", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		enter(t, s, passes[0]).Close()
		s.Advance(signaling.JoinTimeout / 2)
		in := enter(t, s, passes[1]) // from now on, both have ConnectTimeout
		s.Advance(signaling.ConnectingGrace - signaling.JoinTimeout/2 - tick)
		quiet(t, in)
		s.Advance(2 * tick)
		checkClosed(t, in, signaling.ClosedPeerLost)
	}},
	{"a member who is connected to somebody may be away for longer", func(t *testing.T, s Subject) {
		passes := s.passes(3)
		in, other := enter(t, s, passes[0]), enter(t, s, passes[1])
		confirm(t, s, passes, 0, 1)
		other.Close()
		s.Advance(signaling.ConnectingGrace + tick)
		enter(t, s, passes[2]) // from now on, all have ConnectTimeout
		describe(t, s, passes[0], 2, signaling.Offer)
		s.Advance(signaling.AwayGrace - signaling.ConnectingGrace - 2*tick)
		next[signaling.PeerJoined](t, in)
		next[signaling.PairConfirmed](t, in)
		next[signaling.PeerJoined](t, in)
		quiet(t, in)
		s.Advance(2 * tick)
		checkEnd(t, in, signaling.ClosedPeerLost, true)
	}},
	{"who leaves a pair closes the room, before joining too", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		for range 2 {
			leave(t, s, passes[1])
		}
		checkClosed(t, in, signaling.ClosedLeft)
		checkClosed(t, join(t, s, passes[1], "", 1), signaling.ClosedLeft)
		if _, err := s.Engine.Append(t.Context(), passes[0], peerID(passes[0], 1), 1, numbered(1, 1)); !errors.Is(err, signaling.ErrRoomClosed) {
			t.Errorf("append: %v, want ErrRoomClosed", err)
		}
		if _, err := s.Engine.Report(t.Context(), passes[0], peerID(passes[0], 1), signaling.Outcome{}); !errors.Is(err, signaling.ErrRoomClosed) {
			t.Errorf("report: %v, want ErrRoomClosed", err)
		}
	}},
	{"who leaves three leaves two", func(t *testing.T, s Subject) {
		passes := s.passes(3)
		first, third := enter(t, s, passes[0]), enter(t, s, passes[2])
		next[signaling.PeerJoined](t, first)
		leave(t, s, passes[2])
		checkState(t, first, signaling.Left)
		checkClosed(t, third, signaling.ClosedLeft)
		if _, err := s.Engine.Join(t.Context(), passes[2], signaling.Entry{Attempt: 1}); !errors.Is(err, signaling.ErrMemberLeft) {
			t.Errorf("join after leaving: %v, want ErrMemberLeft", err)
		}
		if _, err := s.Engine.Append(t.Context(), passes[2], peerID(passes[2], 0), 1, numbered(1, 1)); !errors.Is(err, signaling.ErrMemberLeft) {
			t.Errorf("append after leaving: %v, want ErrMemberLeft", err)
		}
	}},
	{"in a group the clock of connecting starts when who is missing leaves", func(t *testing.T, s Subject) {
		passes := s.passes(3)
		in := enter(t, s, passes[0])
		enter(t, s, passes[1])
		leave(t, s, passes[2])
		s.Advance(signaling.ConnectTimeout - tick)
		next[signaling.PeerJoined](t, in)
		checkState(t, in, signaling.Left)
		quiet(t, in)
		s.Advance(2 * tick)
		checkClosed(t, in, signaling.ClosedConnectFailed)
	}},
	{"a pair with who left counts no more", func(t *testing.T, s Subject) {
		passes := s.passes(3)
		in := enter(t, s, passes[0])
		enter(t, s, passes[1]).Close()
		enter(t, s, passes[2])
		confirm(t, s, passes, 0, 1)
		leave(t, s, passes[2])
		report(t, s, passes[0], 2, false)
		if got := next[signaling.PeerJoined](t, in).Peer.State; got != signaling.Released {
			t.Errorf("who has nobody left to connect to is %v, want released", got)
		}
		next[signaling.PairConfirmed](t, in)
		next[signaling.PeerState](t, in)
		s.Advance(signaling.ConnectTimeout + tick)
		quiet(t, in)
	}},
	{"signals do not start the clock of joining", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		send(t, s, passes[0], 1, 1, numbered(1, 1))
		s.Advance(signaling.JoinTimeout + tick)
		next[signaling.Welcome](t, join(t, s, passes[1], "", 0))
	}},
	{"who is away when its pair is confirmed is released", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in, other := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, in)
		other.Close()
		checkState(t, in, signaling.Away)
		confirm(t, s, passes, 0, 1)
		checkState(t, in, signaling.Released)
		next[signaling.PairConfirmed](t, in)
		s.Advance(signaling.AwayGrace + tick)
		quiet(t, in)
	}},
	{"a room ends when its passes do", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		for slot := range passes {
			passes[slot].Expires = s.Now().Add(5 * time.Second)
		}
		in := enter(t, s, passes[0])
		s.Advance(5*time.Second - tick)
		quiet(t, in)
		s.Advance(2 * tick)
		checkEnd(t, in, signaling.ClosedExpired, false)
		checkEnd(t, join(t, s, passes[1], "", 0), signaling.ClosedExpired, false)
		passes = s.passes(2)
		passes[0].Expires = s.Now().Add(-tick)
		checkEnd(t, join(t, s, passes[0], "", 0), signaling.ClosedExpired, false)
	}},
	{"a room that nobody uses is forgotten and created anew", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		enter(t, s, passes[1]).Close()
		report(t, s, passes[0], 1, true)
		report(t, s, passes[1], 0, true)
		in.Close()
		s.Advance(signaling.Retention + tick)
		again := join(t, s, passes[0], in.cursor, 1)
		if next[signaling.Welcome](t, again).Resumed {
			t.Error("resumed in a room that was forgotten")
		}
	}},
}

func checkClosed(t *testing.T, in *stream, want signaling.CloseReason) {
	t.Helper()
	if got := next[signaling.RoomClosed](t, in).Reason; got != want {
		t.Errorf("closed for %v, want %v", got, want)
	}
}

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
		passes := Passes(2)
		s.Advance(signaling.JoinTimeout) // the clock starts with the first to join
		in := enter(t, s, passes[0])
		s.Advance(signaling.JoinTimeout - tick)
		quiet(t, in)
		s.Advance(2 * tick)
		checkClosed(t, in, signaling.ClosedPeerMissing)
		checkClosed(t, join(t, s, passes[1], "", 0), signaling.ClosedPeerMissing)
	}},
	{"nobody is missing in a room that was lost", func(t *testing.T, s Subject) {
		passes := Passes(2)
		s.Advance(signaling.RebornAfter + tick)
		in := enter(t, s, passes[0])
		s.Advance(2 * signaling.JoinTimeout)
		quiet(t, in)
	}},
	{"a pair that does not connect in time has failed", func(t *testing.T, s Subject) {
		passes := Passes(2)
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, first)
		s.Advance(signaling.ConnectTimeout - tick)
		quiet(t, first)
		s.Advance(2 * tick)
		checkClosed(t, first, signaling.ClosedConnectFailed)
		checkClosed(t, second, signaling.ClosedConnectFailed)
	}},
	{"a reported failure closes the room", func(t *testing.T, s Subject) {
		passes := Passes(2)
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, first)
		report(t, s, passes[0], 1, false)
		checkClosed(t, first, signaling.ClosedConnectFailed)
		checkClosed(t, second, signaling.ClosedConnectFailed)
	}},
	{"a failure reported after the pair was confirmed changes nothing", func(t *testing.T, s Subject) {
		passes := Passes(2)
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
		passes := Passes(2)
		enter(t, s, passes[0]).Close()
		s.Advance(signaling.JoinTimeout / 2)
		in := enter(t, s, passes[1]) // from now on, both have ConnectTimeout
		s.Advance(signaling.AwayGrace - signaling.JoinTimeout/2 - tick)
		quiet(t, in)
		s.Advance(2 * tick)
		checkClosed(t, in, signaling.ClosedPeerLost)
	}},
	{"who leaves a pair closes the room, before joining too", func(t *testing.T, s Subject) {
		passes := Passes(2)
		in := enter(t, s, passes[0])
		for range 2 {
			if err := s.Engine.Leave(t.Context(), passes[1]); err != nil {
				t.Fatalf("leave: %v", err)
			}
		}
		checkClosed(t, in, signaling.ClosedLeft)
		checkClosed(t, join(t, s, passes[1], "", 1), signaling.ClosedLeft)
		if _, err := s.Engine.Append(t.Context(), passes[0], peerID(passes[0], 1), 1, Numbered(1, 1)); !errors.Is(err, signaling.ErrRoomClosed) {
			t.Errorf("append: %v, want ErrRoomClosed", err)
		}
		if _, err := s.Engine.Report(t.Context(), passes[0], peerID(passes[0], 1), signaling.Outcome{}); !errors.Is(err, signaling.ErrRoomClosed) {
			t.Errorf("report: %v, want ErrRoomClosed", err)
		}
	}},
	{"who leaves three leaves two", func(t *testing.T, s Subject) {
		passes := Passes(3)
		first, third := enter(t, s, passes[0]), enter(t, s, passes[2])
		next[signaling.PeerJoined](t, first)
		if err := s.Engine.Leave(t.Context(), passes[2]); err != nil {
			t.Fatalf("leave: %v", err)
		}
		checkState(t, first, signaling.Left)
		checkClosed(t, third, signaling.ClosedLeft)
		if _, err := s.Engine.Join(t.Context(), passes[2], "", 1); !errors.Is(err, signaling.ErrMemberLeft) {
			t.Errorf("join after leaving: %v, want ErrMemberLeft", err)
		}
		if _, err := s.Engine.Append(t.Context(), passes[2], peerID(passes[2], 0), 1, Numbered(1, 1)); !errors.Is(err, signaling.ErrMemberLeft) {
			t.Errorf("append after leaving: %v, want ErrMemberLeft", err)
		}
	}},
	{"a room nobody uses is forgotten and born again", func(t *testing.T, s Subject) {
		passes := Passes(2)
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

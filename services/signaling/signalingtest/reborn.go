package signalingtest

import (
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

var rebornCases = []testCase{
	{"nobody is missing, lost or late", func(t *testing.T, s Subject) {
		passes := s.reborn(3)
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, first)
		s.Advance(2 * signaling.JoinTimeout)
		quiet(t, first)
		third := enter(t, s, passes[2])
		next[signaling.PeerJoined](t, first)
		third.Close()
		checkState(t, first, signaling.Away)
		s.Advance(signaling.AwayGrace + signaling.ConnectTimeout)
		checkState(t, first, signaling.Lost)
		quiet(t, first)
		next[signaling.PeerJoined](t, second)
	}},
	{"a room is reborn when it is first seen, not when it gets old", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		s.Advance(signaling.RebornAfter - tick)
		send(t, s, passes[0], 1, 1, numbered(1, 1))
		s.Advance(2 * tick)
		in := enter(t, s, passes[0])
		s.Advance(signaling.JoinTimeout + tick)
		checkEnd(t, in, signaling.ClosedPeerMissing, false)
	}},
	{"who is alone for a minute is idle", func(t *testing.T, s Subject) {
		passes := s.reborn(2)
		in := enter(t, s, passes[0])
		s.Advance(signaling.IdleTimeout - tick)
		quiet(t, in)
		s.Advance(2 * tick)
		checkEnd(t, in, signaling.ClosedIdle, false)
		checkEnd(t, join(t, s, passes[1], "", 0), signaling.ClosedIdle, false)
	}},
	{"the minute begins again when company goes", func(t *testing.T, s Subject) {
		passes := s.reborn(2)
		in := enter(t, s, passes[0])
		s.Advance(signaling.IdleTimeout - tick)
		company := enter(t, s, passes[1])
		s.Advance(time.Second)
		company.Close()
		s.Advance(signaling.IdleTimeout - tick)
		if got := next[signaling.PeerJoined](t, in).Peer.State; got != signaling.Lost {
			t.Errorf("the peer is %v, want lost", got)
		}
		quiet(t, in)
		s.Advance(2 * tick)
		checkEnd(t, in, signaling.ClosedIdle, false)
	}},
	{"a newer stream of the same member is no company", func(t *testing.T, s Subject) {
		passes := s.reborn(2)
		enter(t, s, passes[0])
		s.Advance(signaling.IdleTimeout - tick)
		in := enter(t, s, passes[0])
		s.Advance(2 * tick)
		checkEnd(t, in, signaling.ClosedIdle, false)
	}},
	{"who is connected to all is not idle", func(t *testing.T, s Subject) {
		passes := s.reborn(2)
		in := enter(t, s, passes[0])
		confirm(t, s, passes, 0, 1)
		s.Advance(signaling.IdleTimeout + tick)
		next[signaling.PairConfirmed](t, in)
		quiet(t, in)
	}},
	{"a room that is not reborn is never idle", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in, other := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, in)
		confirm(t, s, passes, 0, 1)
		next[signaling.PairConfirmed](t, in)
		other.Close()
		checkState(t, in, signaling.Released)
		s.Advance(signaling.IdleTimeout + tick)
		quiet(t, in)
	}},
	{"a reported failure closes it, and nobody gets a place back", func(t *testing.T, s Subject) {
		passes := s.reborn(2)
		in := enter(t, s, passes[0])
		report(t, s, passes[1], 0, false)
		checkEnd(t, in, signaling.ClosedConnectFailed, false)
	}},
	{"who is left alone gets no place back", func(t *testing.T, s Subject) {
		passes := s.reborn(2)
		in := enter(t, s, passes[0])
		leave(t, s, passes[1])
		checkEnd(t, in, signaling.ClosedLeft, false)
	}},
	{"a store that lost everything makes the room again", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		send(t, s, passes[1], 0, 1, numbered(1, 2))
		receive(t, in, 1, 1, 2)
		in.Close()
		s.Advance(signaling.RebornAfter + tick)
		s = s.Restart(signaling.Limits{})
		other := enter(t, s, passes[1])
		again := join(t, s, passes[0], in.cursor, 1)
		if next[signaling.Welcome](t, again).Resumed {
			t.Error("resumed from a cursor of an earlier life")
		}
		next[signaling.PeerJoined](t, other)
		if got := next[signaling.PeerResynced](t, other).Slot; got != 0 {
			t.Errorf("slot %d resynced, want 0", got)
		}
		send(t, s, passes[1], 0, 1, numbered(1, 2)) // seq begins again
		receive(t, again, 1, 1, 2)
	}},
}

// reborn returns the passes of a room whose first life is lost.
func (s Subject) reborn(members int) []signaling.Pass {
	passes := s.passes(members)
	for slot := range passes {
		passes[slot].MatchedAt = passes[slot].MatchedAt.Add(-signaling.RebornAfter - time.Second)
	}
	return passes
}

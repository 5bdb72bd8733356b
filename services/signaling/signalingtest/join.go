package signalingtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

var joinCases = []testCase{
	{"a member is welcomed, then sees the other come", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		first := join(t, s, passes[0], "", 0)
		welcome := next[signaling.Welcome](t, first)
		if welcome.Resumed || len(welcome.Peers) != 1 || welcome.Peers[0] != (signaling.Peer{Slot: 1, State: signaling.Expected}) {
			t.Errorf("welcome %+v", welcome)
		}
		second := next[signaling.Welcome](t, join(t, s, passes[1], "", 0))
		if second.Peers[0].State != signaling.Present {
			t.Errorf("the first is %v to the second, want present", second.Peers[0].State)
		}
		if got := next[signaling.PeerJoined](t, first).Peer; got.Slot != 1 || got.State != signaling.Present {
			t.Errorf("joined %+v", got)
		}
	}},
	{"a break is away, coming back is present", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, first)
		second.Close()
		checkState(t, first, signaling.Away)
		send(t, s, passes[0], 1, 1, numbered(1, 1))
		quiet(t, second)
		enter(t, s, passes[1])
		checkState(t, first, signaling.Present)
	}},
	{"states that are over are skipped", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, first)
		second.Close()
		enter(t, s, passes[1])
		quiet(t, first)
	}},
	{"a newer stream fences the older one", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		older, newer := enter(t, s, passes[0]), enter(t, s, passes[0])
		if got := next[signaling.Detached](t, older).Reason; got != signaling.DetachedFenced {
			t.Errorf("reason %v, want fenced", got)
		}
		older.Close()
		enter(t, s, passes[1])
		next[signaling.PeerJoined](t, newer)
	}},
	{"a lower attempt changes nothing", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		current := join(t, s, passes[0], "", 2)
		next[signaling.Welcome](t, current)
		stale := join(t, s, passes[0], "", 1)
		if got := next[signaling.Detached](t, stale).Reason; got != signaling.DetachedStaleAttempt {
			t.Errorf("reason %v, want stale attempt", got)
		}
		quiet(t, current)
	}},
	{"rooms do not meet", func(t *testing.T, s Subject) {
		one, other := s.passes(2), s.passes(2)
		in := enter(t, s, one[0])
		enter(t, s, other[1])
		send(t, s, other[1], 0, 1, numbered(1, 3))
		quiet(t, in)
		if _, err := s.Engine.Append(t.Context(), one[0], peerID(other[0], 1), 1, numbered(1, 1)); !errors.Is(err, signaling.ErrPeerNotFound) {
			t.Errorf("append to a member of another room: %v, want ErrPeerNotFound", err)
		}
		if _, err := s.Engine.Append(t.Context(), one[0], peerID(one[0], 0), 1, numbered(1, 1)); !errors.Is(err, signaling.ErrPeerNotFound) {
			t.Errorf("append to oneself: %v, want ErrPeerNotFound", err)
		}
	}},
	{"a pass that names other members is no authority", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		stranger, guest, nobody := s.passes(2)[1], s.passes(3)[2], passes[1]
		stranger.RoomID, guest.RoomID, nobody.Slot = passes[0].RoomID, passes[0].RoomID, 2
		guest.Members = append(passes[0].Members[:2:2], guest.Members[2])
		for _, pass := range []signaling.Pass{stranger, guest, nobody} {
			_, joinErr := s.Engine.Join(t.Context(), pass, signaling.Entry{})
			leaveErr := s.Engine.Leave(t.Context(), pass)
			if !errors.Is(joinErr, signaling.ErrNotAMember) || !errors.Is(leaveErr, signaling.ErrNotAMember) {
				t.Errorf("join: %v, leave: %v, want ErrNotAMember", joinErr, leaveErr)
			}
			_, appendErr := s.Engine.Append(t.Context(), pass, pass.Members[0].PeerID, 1, numbered(1, 1))
			_, reportErr := s.Engine.Report(t.Context(), pass, pass.Members[0].PeerID, signaling.Outcome{})
			if !errors.Is(appendErr, signaling.ErrPeerNotFound) || !errors.Is(reportErr, signaling.ErrPeerNotFound) {
				t.Errorf("append: %v, report: %v, want ErrPeerNotFound", appendErr, reportErr)
			}
		}
		quiet(t, in)
	}},
	{"who waits for an event is woken by it", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		wokenBy[signaling.SignalsReceived](t, s, in, func() { send(t, s, passes[1], 0, 1, numbered(1, 1)) })
		wokenBy[signaling.PeerJoined](t, s, in, func() { enter(t, s, passes[1]) })
		wokenBy[signaling.PeerResynced](t, s, in, func() { join(t, s, passes[1], "rubbish", 0) })
		report(t, s, passes[0], 1, true)
		wokenBy[signaling.PairConfirmed](t, s, in, func() { report(t, s, passes[1], 0, true) })
		again := in
		wokenBy[signaling.Detached](t, s, in, func() { again = enter(t, s, passes[0]) })
		next[signaling.PeerResynced](t, again)
		next[signaling.PairConfirmed](t, again)
		receive(t, again, 1, 1, 1)
		wokenBy[signaling.RoomClosed](t, s, again, func() { leave(t, s, passes[1]) })
	}},
	{"a pair is confirmed when both reported, and then a stream can be let go", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, first)
		if report(t, s, passes[0], 1, true) {
			t.Error("confirmed by one side")
		}
		if !report(t, s, passes[1], 0, true) || !report(t, s, passes[0], 1, true) {
			t.Error("not confirmed by both sides")
		}
		next[signaling.PairConfirmed](t, first)
		next[signaling.PairConfirmed](t, second)
		second.Close()
		checkState(t, first, signaling.Released)
		s.Advance(time.Minute)
		quiet(t, first)
	}},
	{"a stream that comes back hears again that its pair is confirmed", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		enter(t, s, passes[0]).Close()
		enter(t, s, passes[1])
		report(t, s, passes[0], 1, true)
		report(t, s, passes[1], 0, true)
		next[signaling.PairConfirmed](t, enter(t, s, passes[0]))
	}},
	{"in a room of three each pair counts for itself", func(t *testing.T, s Subject) {
		passes := s.passes(3)
		first := enter(t, s, passes[0])
		enter(t, s, passes[1])
		enter(t, s, passes[2])
		next[signaling.PeerJoined](t, first)
		next[signaling.PeerJoined](t, first)
		report(t, s, passes[0], 2, true)
		report(t, s, passes[2], 0, true)
		if got := next[signaling.PairConfirmed](t, first).Slot; got != 2 {
			t.Errorf("confirmed with slot %d, want 2", got)
		}
		quiet(t, first)
	}},
}

// wokenBy fails unless act wakes the stream, which waits, with an event of
// type E.
func wokenBy[E signaling.Event](t *testing.T, s Subject, in *stream, act func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	woken := make(chan error, 1)
	go func() {
		event, err := in.Next(ctx)
		if _, ok := event.(E); !ok && err == nil {
			err = fmt.Errorf("woken by %T", event)
		}
		woken <- err
	}()
	s.Advance(tick)
	act()
	if err := <-woken; err != nil {
		t.Errorf("%v, want %T", err, *new(E))
	}
}

func checkState(t *testing.T, in *stream, want signaling.State) {
	t.Helper()
	if got := next[signaling.PeerState](t, in).State; got != want {
		t.Errorf("the peer is %v, want %v", got, want)
	}
}

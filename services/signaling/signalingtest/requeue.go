package signalingtest

import (
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

var requeueCases = []testCase{
	{"who joined gets the place back, who was missing does not", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		s.Advance(signaling.JoinTimeout + tick)
		checkEnd(t, in, signaling.ClosedPeerMissing, true)
		checkEnd(t, join(t, s, passes[1], "", 0), signaling.ClosedPeerMissing, false)
	}},
	{"in a group who left before joining is not missing, and gets nothing", func(t *testing.T, s Subject) {
		passes := s.passes(3)
		leave(t, s, passes[0])
		in := enter(t, s, passes[1])
		s.Advance(signaling.JoinTimeout + tick)
		checkEnd(t, in, signaling.ClosedPeerMissing, true)
		for _, pass := range []signaling.Pass{passes[0], passes[2]} {
			checkEnd(t, join(t, s, pass, "", 0), signaling.ClosedPeerMissing, false)
		}
	}},
	{"who stayed gets the place back, who was lost does not", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		enter(t, s, passes[0]).Close()
		s.Advance(signaling.JoinTimeout / 2)
		in := enter(t, s, passes[1])
		s.Advance(signaling.ConnectingGrace - signaling.JoinTimeout/2 + tick)
		checkEnd(t, in, signaling.ClosedPeerLost, true)
		checkEnd(t, join(t, s, passes[0], "", 1), signaling.ClosedPeerLost, false)
	}},
	{"all get the place back when they could not connect", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, first)
		report(t, s, passes[0], 1, false)
		checkEnd(t, first, signaling.ClosedConnectFailed, true)
		checkEnd(t, second, signaling.ClosedConnectFailed, true)
	}},
	{"who leaves gets nothing, who stays gets the place back", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		enter(t, s, passes[1])
		leave(t, s, passes[1])
		checkEnd(t, in, signaling.ClosedLeft, true)
		checkEnd(t, join(t, s, passes[1], "", 1), signaling.ClosedLeft, false)
	}},
	{"who was connected gets nothing when the other leaves", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		in := enter(t, s, passes[0])
		enter(t, s, passes[1])
		confirm(t, s, passes, 0, 1)
		leave(t, s, passes[1])
		checkEnd(t, in, signaling.ClosedLeft, false)
	}},
	{"in a group only who never was connected gets the place back", func(t *testing.T, s Subject) {
		passes := s.passes(3)
		for _, pass := range passes {
			enter(t, s, pass)
		}
		confirm(t, s, passes, 0, 1)
		leave(t, s, passes[0])
		leave(t, s, passes[1])
		checkEnd(t, join(t, s, passes[2], "", 1), signaling.ClosedLeft, true)
		passes = s.passes(3)
		confirm(t, s, passes, 0, 1)
		leave(t, s, passes[2])
		leave(t, s, passes[1])
		checkEnd(t, join(t, s, passes[0], "", 1), signaling.ClosedLeft, false)
	}},
	{"a minute after the match nobody does", func(t *testing.T, s Subject) {
		for _, test := range []struct {
			age  time.Duration
			want bool
		}{{-tick, true}, {tick, false}} {
			passes := s.passes(2)
			s.Advance(signaling.RequeueWithin - 5*time.Second)
			in := enter(t, s, passes[0])
			s.Advance(5*time.Second + test.age)
			leave(t, s, passes[1])
			checkEnd(t, in, signaling.ClosedLeft, test.want)
		}
	}},
	{"so many times, each member by its own count", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		passes[0].Requeues, passes[1].Requeues = signaling.MaxRequeues-1, signaling.MaxRequeues
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, first)
		report(t, s, passes[0], 1, false)
		checkEnd(t, first, signaling.ClosedConnectFailed, true)
		checkEnd(t, second, signaling.ClosedConnectFailed, false)
		checkEnd(t, join(t, s, passes[1], "", 1), signaling.ClosedConnectFailed, false)
	}},
	{"who does not answer an offer in time gets nothing", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		offerer, answerer := enter(t, s, passes[0]), enter(t, s, passes[1])
		describe(t, s, passes[0], 1, signaling.Offer)
		next[signaling.PeerJoined](t, offerer)
		next[signaling.SignalsReceived](t, answerer)
		s.Advance(signaling.ConnectTimeout + tick)
		checkEnd(t, offerer, signaling.ClosedConnectFailed, true)
		checkEnd(t, answerer, signaling.ClosedConnectFailed, false)
	}},
	{"who does not offer in time gets nothing, and a rollback is no offer", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		offerer, answerer := enter(t, s, passes[0]), enter(t, s, passes[1])
		describe(t, s, passes[0], 1, signaling.Rollback)
		next[signaling.PeerJoined](t, offerer)
		next[signaling.SignalsReceived](t, answerer)
		s.Advance(signaling.DescribeWithin + tick)
		leave(t, s, passes[1])
		checkEnd(t, offerer, signaling.ClosedLeft, false)
	}},
	{"an offer that comes late is at fault, not the answer to it", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		offerer, answerer := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, offerer)
		s.Advance(signaling.DescribeWithin + tick)
		describe(t, s, passes[0], 1, signaling.Offer)
		next[signaling.SignalsReceived](t, answerer)
		s.Advance(signaling.ConnectTimeout - signaling.DescribeWithin - 2*tick)
		describe(t, s, passes[1], 0, signaling.Answer)
		next[signaling.SignalsReceived](t, offerer)
		s.Advance(2 * tick)
		checkEnd(t, offerer, signaling.ClosedConnectFailed, false)
		checkEnd(t, answerer, signaling.ClosedConnectFailed, true)
	}},
	{"all who described get the place back when they could not connect in time", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		offerer := enter(t, s, passes[0])
		s.Advance(signaling.JoinTimeout - tick)
		answerer := enter(t, s, passes[1])
		next[signaling.PeerJoined](t, offerer)
		s.Advance(signaling.DescribeWithin - tick)
		describe(t, s, passes[0], 1, signaling.Offer)
		next[signaling.SignalsReceived](t, answerer)
		s.Advance(signaling.DescribeWithin - tick)
		describe(t, s, passes[1], 0, signaling.Answer)
		next[signaling.SignalsReceived](t, offerer)
		send(t, s, passes[0], 1, 2, []signaling.Signal{{Payload: signaling.Description{Type: signaling.Offer}}}) // again
		next[signaling.SignalsReceived](t, answerer)
		s.Advance(3 * tick)
		checkEnd(t, offerer, signaling.ClosedConnectFailed, true)
		checkEnd(t, answerer, signaling.ClosedConnectFailed, true)
	}},
	{"who does not tell that it is connected gets nothing, however the room closes", func(t *testing.T, s Subject) {
		for _, leaves := range []bool{true, false} {
			passes := s.passes(2)
			first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
			next[signaling.PeerJoined](t, first)
			describe(t, s, passes[0], 1, signaling.Offer)
			next[signaling.SignalsReceived](t, second)
			describe(t, s, passes[1], 0, signaling.Answer)
			next[signaling.SignalsReceived](t, first)
			report(t, s, passes[0], 1, true)
			if leaves {
				leave(t, s, passes[0])
				checkEnd(t, second, signaling.ClosedLeft, false)
				continue
			}
			s.Advance(signaling.ConnectTimeout + tick)
			checkEnd(t, first, signaling.ClosedConnectFailed, true)
			checkEnd(t, second, signaling.ClosedConnectFailed, false)
		}
	}},
	{"when one is connected and the other reports a failure, both get the place back", func(t *testing.T, s Subject) {
		passes := s.passes(2)
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		next[signaling.PeerJoined](t, first)
		report(t, s, passes[0], 1, true)
		report(t, s, passes[1], 0, false)
		checkEnd(t, first, signaling.ClosedConnectFailed, true)
		checkEnd(t, second, signaling.ClosedConnectFailed, true)
	}},
	{"in a group nothing is owed to who left in time", func(t *testing.T, s Subject) {
		passes := s.passes(3)
		first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
		enter(t, s, passes[2])
		describe(t, s, passes[0], 1, signaling.Offer)
		describe(t, s, passes[1], 0, signaling.Answer)
		s.Advance(signaling.DescribeWithin - tick)
		leave(t, s, passes[2])
		s.Advance(signaling.ConnectTimeout - signaling.DescribeWithin + 2*tick)
		for _, in := range []*stream{first, second} {
			if got := lastOf(t, in); got.Reason != signaling.ClosedConnectFailed || !got.Requeue {
				t.Errorf("told %+v, want the place back", got)
			}
		}
	}},
	{"who missed the end hears the same, as often as it asks", func(t *testing.T, s Subject) {
		passes := s.passes(3)
		first, in := enter(t, s, passes[0]), enter(t, s, passes[1])
		s.Advance(signaling.JoinTimeout / 2)
		first.Close()
		s.Advance(signaling.JoinTimeout/2 + tick)
		want := next[signaling.RoomClosed](t, in)
		for range 3 {
			s.Advance(time.Second)
			for _, pass := range passes[:2] {
				if got := next[signaling.RoomClosed](t, join(t, s, pass, "", 0)); got.Reason != want.Reason || !got.At.Equal(want.At) || !got.Requeue {
					t.Errorf("slot %d hears %+v, want %+v", pass.Slot, got, want)
				}
			}
			if next[signaling.RoomClosed](t, join(t, s, passes[2], "", 0)).Requeue {
				t.Error("who was missing gets the place back by coming later")
			}
		}
	}},
	{"an introduction of each is the offer of the lower slot", func(t *testing.T, s Subject) {
		for introduced, innocent := range map[uint8]bool{0b00: false, 0b01: false, 0b10: false, 0b11: true} {
			passes := s.passes(2)
			for slot := range passes {
				passes[slot].Introduced = introduced
			}
			first, second := enter(t, s, passes[0]), enter(t, s, passes[1])
			next[signaling.PeerJoined](t, first)
			s.Advance(signaling.DescribeWithin + tick)
			report(t, s, passes[1], 0, false)
			checkEnd(t, first, signaling.ClosedConnectFailed, innocent)
			checkEnd(t, second, signaling.ClosedConnectFailed, !innocent)
		}
	}},
}

// describe stores a description as the first signal to a peer.
func describe(t *testing.T, s Subject, pass signaling.Pass, to int, kind signaling.DescriptionType) {
	t.Helper()
	send(t, s, pass, to, 1, []signaling.Signal{{Payload: signaling.Description{Type: kind}}})
}

// lastOf returns how the room closes, whatever the stream tells before.
func lastOf(t *testing.T, in *stream) signaling.RoomClosed {
	t.Helper()
	for {
		event, err := in.Next(t.Context())
		if err != nil {
			t.Fatalf("next event: %v", err)
		}
		if closed, is := event.(signaling.RoomClosed); is {
			return closed
		}
	}
}

// checkEnd fails unless the room closes for that reason and the member gets
// its place back, or not.
func checkEnd(t *testing.T, in *stream, reason signaling.CloseReason, requeue bool) {
	t.Helper()
	if got := next[signaling.RoomClosed](t, in); got.Reason != reason || got.Requeue != requeue {
		t.Errorf("closed for %v, requeue %t, want %v, %t", got.Reason, got.Requeue, reason, requeue)
	}
}

package signalingmem_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingmem"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	t.Parallel()
	signalingtest.Test(t, signalingtest.Seeds, func(t *testing.T, body func(*testing.T, signalingtest.Subject)) {
		synctest.Test(t, func(t *testing.T) { body(t, subject(signaling.Limits{})) })
	})
}

func subject(limits signaling.Limits) signalingtest.Subject {
	engine := signalingmem.New(signalingmem.Config{Limits: limits})
	return signalingtest.Subject{
		Engine:  engine,
		Restart: subject,
		Now:     time.Now, // the bubble's clock
		Advance: func(d time.Duration) {
			time.Sleep(d)
			synctest.Wait()
		},
		Held: engine.Held,
	}
}

func TestJoinTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine := signalingmem.New(signalingmem.Config{JoinTimeout: time.Second})
		in := join(t, engine, passes(2)[0], "")
		time.Sleep(time.Second - time.Millisecond)
		take[signaling.Welcome](t, in)
		time.Sleep(2 * time.Millisecond)
		if got := take[signaling.RoomClosed](t, in).Reason; got != signaling.ClosedPeerMissing {
			t.Errorf("closed for %v, want missing", got)
		}
	})
}

// TestLongJoinTimeout proves that a room forgotten before its verdict gets
// none.
func TestLongJoinTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine := signalingmem.New(signalingmem.Config{JoinTimeout: 2 * signaling.Retention})
		passes := passes(2)
		for slot, peer := range []string{"1", "0"} {
			if _, err := engine.Report(t.Context(), passes[slot], peer, signaling.Outcome{Connected: true}); err != nil {
				t.Fatalf("report: %v", err)
			}
		}
		join(t, engine, passes[0], "").Close() // released, so that nobody is lost
		time.Sleep(4 * signaling.Retention)
		if held := engine.Held(); held != 0 {
			t.Errorf("%d things are held, want none", held)
		}
	})
}

// TestDeadlinesAtOnce lets two members be due to be lost in the same instant:
// the first closes the room, so the second is none of its reasons.
func TestDeadlinesAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine := signalingmem.New(signalingmem.Config{})
		passes := passes(3)
		for _, pass := range passes[:2] {
			join(t, engine, pass, "").Close()
		}
		time.Sleep(signaling.ConnectingGrace / 2)
		join(t, engine, passes[2], "")
		time.Sleep(signaling.ConnectingGrace)
		innocent := 0
		for _, pass := range passes {
			closed := take[signaling.RoomClosed](t, join(t, engine, pass, ""))
			if closed.Reason != signaling.ClosedPeerLost {
				t.Errorf("closed for %v, want lost", closed.Reason)
			}
			if closed.Requeue {
				innocent++
			}
		}
		if innocent != 2 {
			t.Errorf("%d get their place back, want all but the one who was lost", innocent)
		}
	})
}

// passes returns those of a room matched just now, whose peers are named by
// their slots.
func passes(members int) []signaling.Pass {
	pass := signaling.Pass{RoomID: "room", MatchedAt: time.Now()}
	for slot := range members {
		pass.Members = append(pass.Members, signaling.Member{PeerID: strconv.Itoa(slot)})
	}
	passes := make([]signaling.Pass, members)
	for slot := range passes {
		passes[slot], passes[slot].Slot = pass, slot
	}
	return passes
}

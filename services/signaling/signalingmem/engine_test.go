package signalingmem_test

import (
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
	signalingtest.Test(t, func(t *testing.T, body func(*testing.T, signalingtest.Subject)) {
		synctest.Test(t, func(t *testing.T) { body(t, subject(signalingtest.Bounds{})) })
	})
}

func subject(bounds signalingtest.Bounds) signalingtest.Subject {
	engine := signalingmem.New(signalingmem.Config{
		MaxRooms:         bounds.MaxRooms,
		MaxRoomsPerOwner: bounds.MaxRoomsPerOwner,
		MaxBytes:         bounds.MaxBytes,
		MaxBytesPerOwner: bounds.MaxBytesPerOwner,
	})
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
		pass := signaling.Pass{RoomID: "room", MatchedAt: time.Now(), Members: []signaling.Member{{PeerID: "a"}, {PeerID: "b"}}}
		in := join(t, engine, pass, "")
		time.Sleep(time.Second - time.Millisecond)
		take[signaling.Welcome](t, in)
		time.Sleep(2 * time.Millisecond)
		if got := take[signaling.RoomClosed](t, in).Reason; got != signaling.ClosedPeerMissing {
			t.Errorf("closed for %v, want missing", got)
		}
	})
}

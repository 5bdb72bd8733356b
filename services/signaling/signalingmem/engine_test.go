package signalingmem_test

import (
	"errors"
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
		synctest.Test(t, func(t *testing.T) {
			body(t, signalingtest.Subject{
				Engine: signalingmem.New(signalingmem.Config{}),
				Advance: func(d time.Duration) {
					time.Sleep(d) // the bubble's clock
					synctest.Wait()
				},
			})
		})
	})
}

func TestMaxRooms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine := signalingmem.New(signalingmem.Config{MaxRooms: 1})
		watch, err := engine.Join(t.Context(), signalingtest.Passes(2)[0], "", 0)
		if err != nil {
			t.Fatal(err)
		}
		other := signalingtest.Passes(2)[0]
		if _, err := engine.Join(t.Context(), other, "", 0); !errors.Is(err, signaling.ErrTooManyRooms) {
			t.Errorf("join: %v, want ErrTooManyRooms", err)
		}
		if err := engine.Leave(t.Context(), other); !errors.Is(err, signaling.ErrTooManyRooms) {
			t.Errorf("leave: %v, want ErrTooManyRooms", err)
		}
		watch.Close()
		time.Sleep(signaling.Retention + signaling.AwayGrace + signaling.JoinTimeout)
		if _, err := engine.Join(t.Context(), other, "", 0); err != nil {
			t.Errorf("join after the other room was forgotten: %v", err)
		}
	})
}

package retry

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	errdetails "github.com/wasmp2pchat/wasmp2pchat/gen/golite/google/rpc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rpc"
)

func TestBackoffGrowsFromNothingToFiveSeconds(t *testing.T) {
	t.Parallel()
	var failures Backoff
	if got := failures.Pause(); got != 0 {
		t.Errorf("first pause %v, want none", got)
	}
	longest := shortestPause
	for range 100 {
		if got := failures.Pause(); got < longest/2 || got > longest {
			t.Errorf("pause %v, want %v to %v", got, longest/2, longest)
		}
		longest = min(2*longest, longestPause)
	}
	failures.Reset()
	if got := failures.Pause(); got != 0 {
		t.Errorf("pause after success %v, want none", got)
	}
}

func TestPersistObeysRetryInfo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := p2ptest.RefusedWith(t, rpc.CodeResourceExhausted, "google.rpc.RetryInfo", &errdetails.RetryInfo{RetryDelay: lite.NewDuration(7 * time.Second)})
		began, calls := time.Now(), 0
		err := Persist(t.Context(), time.Second, func(context.Context) error {
			if calls++; calls == 1 {
				return busy
			}
			return nil
		})
		if err != nil || calls != 2 || time.Since(began) != 7*time.Second {
			t.Errorf("%v after %d calls and %v, want success at the second after 7s", err, calls, time.Since(began))
		}
	})
}

func TestPersistGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refusal := &rpc.Error{Code: rpc.CodeUnimplemented, Message: "no"}
		calls := 0
		err := Persist(t.Context(), time.Second, func(context.Context) error { calls++; return refusal })
		if !errors.Is(err, refusal) || calls != 1 {
			t.Errorf("refused: %v after %d calls", err, calls)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		down := errors.New("no route")
		if err := Persist(ctx, time.Second, func(context.Context) error { return down }); !errors.Is(err, down) {
			t.Errorf("out of time: %v, want the last failure", err)
		}
	})
}

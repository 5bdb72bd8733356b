package signalingredis_test

import (
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingredis"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling/signalingtest"
)

const (
	crowds = 4    // goroutines that meet in the same rooms, on two nodes
	doings = 3000 // of each
)

// TestCrowds lets crowds use the same rooms at the same time and proves that
// nothing of it stays.
func TestCrowds(t *testing.T) {
	t.Parallel()
	store, clock := open(t, redistest.Start(t).URL()), redisstore.NewClock(time.Now())
	config := signalingredis.Config{Store: store, Limits: signaling.Limits{MaxRooms: 600, MaxRoomsPerOwner: 200, MaxBytes: 16 << 20, MaxBytesPerOwner: 8 << 20}}.WithClock(clock)
	engines := []*signalingredis.Engine{signalingredis.New(config), signalingredis.New(config)}
	var all sync.WaitGroup
	for seed := range uint64(crowds) {
		all.Go(func() {
			c := signalingtest.NewCrowd(engines[seed%2], clock.Now, 20, seed)
			c.Lost = signaling.ErrUnavailable
			for n := range doings {
				if err := c.Do(n); err != nil {
					t.Errorf("crowd %d, operation %d: %v", seed, n, err)
					return
				}
				if n%100 == 0 {
					clock.Set(clock.Now().Add(time.Duration(c.Random.IntN(4000)) * time.Millisecond))
				}
			}
			c.Close()
		})
	}
	all.Wait()
	keys, err := redistest.Keys(t.Context(), store)
	if err != nil || keys < 100 {
		t.Errorf("%d keys, %v, want hundreds", keys, err)
	}
	signalingredis.NewStepper(engines[0]).Advance(t.Context(), t, 2*signaling.Retention+time.Minute)
	keys, err = redistest.Keys(t.Context(), store)
	if held := keys + engines[0].Held() + engines[1].Held(); err != nil || held != 0 {
		t.Errorf("%d things are held after everything ended, %v, want none", held, err)
	}
}
